"""Questions about the product, how it is sold, and what is known."""

from rubrics.guide.answers import (
    Assignment,
    Buyers,
    Crm,
    Pipeline,
    Review,
    Today,
    Tracking,
    TrialModel,
)
from rubrics.guide.asking import Kind, Page, Question, choice, number, percent
from rubrics.guide.measurable import ASKED
from rubrics.presets import load_preset


def _signal_names() -> dict[str, str]:
    """Each signal the guide asks about, in the words of the presets."""
    names: dict[str, str] = {}
    for preset in (
        "standard",
        "fit-balanced",
        "freemium",
        "enterprise-account",
        "minimal-tracking",
    ):
        for key, signal in load_preset(preset)["signals"].items():
            names.setdefault(key, signal["name"])
    return {key: names[key] for key in ASKED}


TRIAL = Page(
    "The trial",
    "How people try the product, and how many do.",
    (
        choice(
            "trial_model",
            "How do people try the product?",
            "It decides what to watch: urgency before an end date, limits on a free plan, or what "
            "somebody leaned on before it was taken away.",
            {
                TrialModel.FREE_TRIAL: "A free trial that ends",
                TrialModel.FREEMIUM: "A free plan without an end",
                TrialModel.REVERSE_TRIAL: "Everything at first, then a free plan (reverse trial)",
                TrialModel.OPEN_ENDED: "A free trial without a fixed end",
                TrialModel.HYBRID: "By themselves and with sales beside them (hybrid)",
                TrialModel.NONE: "Not by themselves: sales show it",
            },
            "Any trial: the methodology's tables as they stand.",
        ),
        number(
            "trial_days",
            "How long is the trial?",
            "The shorter it is, the more the speed of the first days says.",
            "days",
            high=365,
            low=1,
            eg="14",
        ),
        number(
            "signups",
            "How many sign up in a month?",
            "It decides who looks at PQLs before a rep does, and how strict to be: under 50 people "
            "look at all, from 500 on nobody can.",
            "a month",
            "50 to 500: SDRs check PQLs at first.",
            high=10_000_000,
            eg="300",
        ),
        number(
            "products",
            "How many products have a trial of their own?",
            "Each product needs its own rubric; using two is a sign of a wider evaluation.",
            "products",
            "One product.",
            low=1,
            high=100,
            eg="1",
        ),
        Question(
            "has_segments",
            Kind.YES_NO,
            "Are there groups of users who become active in different ways?",
            "Developers and managers, say: each group gets its own rubric and thresholds.",
            "One kind of user.",
        ),
    ),
)

SALES = Page(
    "How it is sold",
    "How long a sale takes, how large it is, and who works the leads.",
    (
        number(
            "cycle_days",
            "How long does a sale take, from sign-up to paid?",
            "Points should fade as fast as interest does: too fast, and leads are gone before "
            "sales reach them.",
            "days",
            "Points fade as the preset has it, mostly 10 in 30 days.",
            low=1,
            high=1000,
            eg="45",
        ),
        choice(
            "buyers",
            "Who evaluates the product?",
            "Where several people of a company take part, the company is scored, not each of them.",
            {Buyers.ONE: "Mostly one person", Buyers.SEVERAL: "Several people of a company"},
            "One person, unless a sale takes 90 days and more.",
        ),
        number(
            "deal_size",
            "What is a typical deal worth?",
            "From $50,000 on each lead is worth a look, so fit filters harder; under $5,000 a "
            "strict filter turns buyers away.",
            "$ a year",
            "Neither small nor large.",
            high=100_000_000,
            eg="12000",
        ),
        number(
            "reps",
            "How many reps work leads?",
            "A small team can begin at once; a large one needs agreement, territories, or a rubric "
            "for each segment.",
            "reps",
            high=10_000,
            eg="6",
        ),
        choice(
            "assignment",
            "How are leads assigned to reps today?",
            "PQLs should reach reps the way they are used to.",
            {
                Assignment.ROUND_ROBIN: "In turn",
                Assignment.TERRITORY: "By territory",
                Assignment.ACCOUNT: "By account",
                Assignment.NONE: "They pick them",
            },
        ),
        choice(
            "review",
            "Who should look at a PQL before a rep works it?",
            "It has to go with how many there are.",
            {
                Review.AUTOMATIC: "Nobody: straight to a rep",
                Review.CHECKED: "An SDR checks it",
                Review.MANUAL: "People look at every lead",
            },
        ),
        choice(
            "today",
            "How is it decided today whom to contact?",
            "It shows what sales will compare the score with.",
            {
                Today.EVERYBODY: "Everybody is contacted",
                Today.GUT: "Reps know",
                Today.MARKETING: "By a score of mails, downloads and forms",
                Today.RULES: "By rules on product use",
            },
        ),
        choice(
            "crm",
            "Which CRM do you use?",
            "It decides what has to be prepared for scores and tasks to arrive there.",
            {
                Crm.HUBSPOT_PRO: "HubSpot Professional or Enterprise",
                Crm.HUBSPOT_FREE: "HubSpot Free or Starter",
                Crm.SALESFORCE: "Salesforce",
                Crm.MARKETO: "Marketo with Salesforce",
                Crm.OTHER: "Another one, or none",
            },
        ),
    ),
)

DATA = Page(
    "What is known",
    "What the product tracks, and how far back.",
    (
        choice(
            "pipeline",
            "Do the product's events arrive here?",
            "If not, connecting them comes first and is most of the work.",
            {
                Pipeline.FLOWING: "Yes, or they can be sent by the tool that has them",
                Pipeline.UNCONNECTED: "They are tracked, but nothing sends them yet",
                Pipeline.SPARSE: "What is tracked is sparse or inconsistent",
            },
            "They arrive, or soon will.",
        ),
        choice(
            "tracking",
            "How much of what people do is tracked?",
            "What cannot be measured reliably should not be scored. With little tracking fit has "
            "to carry more.",
            {
                Tracking.LOGINS: "Hardly more than sign-ups and logins",
                Tracking.FEW: "About 10 to 15 different events",
                Tracking.KEY: "The key actions, up to 50 events",
                Tracking.FULL: "50 events and more",
            },
            "The key actions.",
        ),
        Question(
            "milestones",
            Kind.MANY,
            "Which of these can be seen in the events?",
            "The draft leaves out what nothing would ever reach, and says which events to ask for "
            "first. Nothing ticked means not known.",
            "All that the preset looks at.",
            choices=_signal_names(),
        ),
        Question(
            "has_sessions",
            Kind.YES_NO,
            "Do events say which visit they belong to?",
            "Depth of a visit tells an evaluation from a glance. Without it, visits are cut by "
            "pauses.",
        ),
        number(
            "history_months",
            "For how many months are there conversions together with product use?",
            "A year allows a full test on the past, half a year a partial one. With less, begin "
            "with few criteria and a pilot.",
            "months",
            "Half a year or more. Check it: with less, the preset early-stage is right.",
            high=600,
            eg="9",
        ),
        number(
            "won",
            "How many won deals are there to learn from?",
            "Fewer than 100 do not show which signals matter.",
            "deals",
            "100 or more.",
            high=10_000_000,
            eg="240",
        ),
        percent(
            "coverage",
            "For what share of leads is the company's size known?",
            "Fit can only score what is known; a missing value scores nothing and is shown as "
            "unknown.",
            eg="70",
        ),
        number(
            "decay_days",
            "After how many days of silence should points go?",
            "Only if you have a reason; otherwise the length of a sale decides.",
            "days",
            low=1,
            high=365,
            eg="30",
        ),
    ),
)
