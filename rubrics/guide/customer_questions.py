"""Questions about the ideal customers, and about what is to be achieved."""

from rubrics.guide.asking import Kind, Page, Question, number, percent, words

CUSTOMERS = Page(
    "Ideal customers",
    "Which companies and people you want. These fill the draft's criteria; what you leave empty "
    "keeps the preset's examples.",
    (
        Question(
            "is_vertical",
            Kind.YES_NO,
            "Do you sell to certain industries only?",
            "Then fit predicts well and counts as much as behavior.",
            "Any industry.",
        ),
        number(
            "size_from",
            "Ideal company size, from",
            "Look at the deals won in the last 12 months, and take what most of them have.",
            "employees",
            high=10_000_000,
            eg="50",
        ),
        number(
            "size_to",
            "Ideal company size, to",
            "Empty: no upper end.",
            "employees",
            high=10_000_000,
            eg="500",
        ),
        number(
            "near_from",
            "Still good, from",
            "Companies close to the ideal get about half the points. Empty: half of the ideal.",
            "employees",
            high=10_000_000,
            eg="25",
        ),
        number(
            "near_to",
            "Still good, to",
            "Empty: twice the ideal.",
            "employees",
            high=10_000_000,
            eg="1000",
        ),
        words("industries", "Target industries", "As your data spells them.", "SaaS, Software"),
        words("near_industries", "Neighboring industries", "Half the points.", "Fintech, Martech"),
        words("countries", "Target countries", "As your data spells them.", "US, CA"),
        words("near_countries", "Second countries", "About half the points.", "GB, DE, FR"),
        words(
            "titles",
            "Titles that decide on buying",
            "Whole words. Empty: vice presidents, directors and C-level.",
            "VP, director, head",
        ),
        words("near_titles", "Titles that have a say", "Empty: managers.", "manager, team lead"),
        words(
            "tools",
            "Tools that go well with yours",
            "Who has them gets more out of the product.",
            "Salesforce, Segment",
        ),
        words("near_tools", "Tools that go with it in part", "Half the points.", "HubSpot"),
        words(
            "competitors",
            "Competitors' domains",
            "Their people look around and never buy: -30.",
            "rival.example",
        ),
    ),
    is_paired=True,
)

GOALS = Page(
    "Objectives",
    "Where you stand, and what would make this a success. It is kept, and compared later with what "
    "happened.",
    (
        percent(
            "trial_to_paid",
            "What share of trials pays today?",
            "The baseline you improve on: 5-8 % is typical, 2 % low.",
            eg="4",
        ),
        percent(
            "target_trial_to_paid",
            "What share should it be?",
            "The sources' example is a quarter more: from 4 to 5 %. 15-25 % more in 90 days is "
            "their target.",
            eg="5",
        ),
        percent(
            "pql_conversion",
            "What share of qualified leads becomes an opportunity today?",
            "Marketing-qualified leads: 10-13 % is typical.",
            eg="10",
        ),
        percent(
            "target_conversion",
            "What share of PQLs should?",
            "25-30 % is typical. Under 15 % PQLs are too loose, over 40 % too tight.",
            eg="25",
        ),
        Question(
            "can_pilot",
            Kind.YES_NO,
            "Can 2 or 3 reps pilot it for two weeks?",
            "It is the cheapest test before everybody works by it.",
            "Yes.",
        ),
        Question(
            "approver",
            Kind.TEXT,
            "Who approves the threshold before it goes live?",
            "Mostly who leads marketing or revenue operations. They sign the objectives.",
            example="VP Revenue Operations",
        ),
    ),
)
