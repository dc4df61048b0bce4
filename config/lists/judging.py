"""The lists of facts, and of how they are judged."""

from config.lists.entry import Entry

FACTS = (
    Entry(
        "Leads",
        "person",
        "leads.lead",
        "Who tries the product, and what is known of them.",
        "A lead is there with the first event that names somebody. Add a source, and send one.",
        first="leads.source",
    ),
    Entry(
        "Accounts",
        "apartment",
        "leads.account",
        "The companies that leads belong to.",
        "Accounts come with group calls, and with leads whose e-mail has a company’s domain.",
        first="leads.source",
    ),
    Entry(
        "Events",
        "bolt",
        "leads.event",
        "What people did in the product, exactly as received.",
        "Add a source, put its write key into your product, and send one.",
        first="leads.source",
    ),
    Entry(
        "Event catalogue",
        "menu_book",
        "leads.eventtype",
        "Every event that sources send: how many, since when, and which signals use it.",
    ),
    Entry(
        "Signals",
        "sensors",
        "leads.signal",
        "What rubrics give points for, and the events that each is made of.",
        "A draft made from a preset brings its signals along. Or open an event of the catalogue "
        "and map it to a new one.",
        first="leads.eventtype",
    ),
    Entry(
        "Outcomes",
        "flag",
        "leads.outcome",
        "What became of leads: opportunities, deals won or lost, conversions, churn.",
        "They come over the API, with data sets, and from what reps close. Backtests need them.",
    ),
    Entry(
        "Products",
        "deployed_code",
        "leads.product",
        "What is being tried. Each product has its own signals, rubrics and scores.",
        "Begin here: sources, signals and rubrics belong to a product.",
    ),
)

JUDGEMENT = (
    Entry(
        "Set-up guide",
        "explore",
        "rubrics.setupguide",
        "Which rubric to begin with, and why: questions, and a recommendation.",
        "Nobody answered it yet.",
    ),
    Entry(
        "Rubrics",
        "rule",
        "rubrics.rubric",
        "The scoring models: one for each product, or for each of its segments.",
        "The set-up guide makes the first one for you. Or add one, and begin its draft with a "
        "preset.",
        first="rubrics.setupguide",
    ),
    Entry(
        "Versions",
        "history",
        "rubrics.rubricversion",
        "Numbered editions of rubrics: drafts are edited here, published ones score.",
        "Versions begin on their rubric’s page, with “New draft”.",
        first="rubrics.rubric",
    ),
    Entry(
        "Golden leads",
        "star",
        "rubrics.goldenlead",
        "Leads that sales and RevOps agree on; a version that makes something else of one is not "
        "published.",
        "Open a lead everybody agrees on and press “Keep as golden lead”, or describe one here.",
        first="leads.lead",
    ),
    Entry(
        "Previews",
        "preview",
        "rubrics.preview",
        "What a draft would change, seen before anybody is affected.",
        "Open a draft, and press “Preview”.",
        first="rubrics.rubricversion",
    ),
    Entry(
        "Publications",
        "publish",
        "rubrics.publication",
        "Which version went live when, how far one under way is, and who became a PQL by it.",
        "Open a draft, and press “Publish”.",
        first="rubrics.rubricversion",
    ),
    Entry(
        "Scores",
        "leaderboard",
        "rubrics.score",
        "What each lead is worth now, and why.",
        "Scores appear within minutes once a rubric’s version is published and leads try its "
        "product.",
        first="rubrics.rubricversion",
    ),
    Entry(
        "Account scores",
        "domain",
        "rubrics.accountscore",
        "What each company is worth now, by all its people.",
        "Only rubrics that score accounts make them, such as the preset “enterprise-account”.",
        first="rubrics.rubric",
    ),
    Entry(
        "Data audits",
        "fact_check",
        "rubrics.dataaudit",
        "Is what the rubrics need known, and do its events come?",
        "One is made every night at 03:00 UTC. Press “Audit the data now” for the first.",
    ),
    Entry(
        "Backtests",
        "query_stats",
        "rubrics.backtest",
        "Did past scores predict who converted? Any version, on past leads as they were.",
        "They need a rubric, past leads and their outcomes. Press “New backtest”.",
        first="rubrics.rubric",
    ),
    Entry(
        "Audit log",
        "policy",
        "leads.auditentry",
        "Who changed what in how leads are judged, when and why.",
        "The first change of a rubric, a signal or a rule will stand here.",
        first="rubrics.rubric",
    ),
    Entry(
        "Proofs",
        "verified",
        "rubrics.proof",
        "Every stored score derived again from the facts: how many did not come out the same.",
        "One runs every night at 02:00 UTC. Press “Prove all scores now” for the first.",
    ),
)
