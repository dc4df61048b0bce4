"""The words that companies and people of the demo are made of."""

COMPANY_FIRST = (
    "Alder", "Amber", "Anchor", "Aspen", "Atlas", "Beacon", "Birch", "Bluefjord", "Bright",
    "Brook", "Cedar", "Cinder", "Clear", "Clover", "Cobalt", "Copper", "Coral", "Crest", "Delta",
    "Ember", "Fern", "Flint", "Garnet", "Granite", "Harbor", "Hazel", "Heron", "Indigo", "Iron",
    "Juniper", "Keystone", "Kite", "Lantern", "Larch", "Lark", "Linden", "Lunar", "Maple",
    "Marble", "Meadow", "Mica", "Mistral", "North", "Oak", "Ochre", "Onyx", "Opal", "Orchard",
    "Osprey", "Otter", "Pebble", "Pine", "Prairie", "Quartz", "Quill", "Raven", "Reed", "Ridge",
    "River", "Rowan", "Saffron", "Sage", "Sierra", "Silver", "Slate", "Sparrow", "Spruce",
    "Sterling", "Summit", "Swift", "Tamarack", "Teal", "Thistle", "Timber", "Umber", "Vale",
    "Verdant", "Walnut", "Willow", "Zephyr",
)  # fmt: skip
COMPANY_SECOND = (
    "beam", "bridge", "cove", "field", "forge", "gate", "grove", "line", "loft", "mark", "mill",
    "path", "peak", "point", "port", "reach", "stone", "view", "ward", "works",
)  # fmt: skip
COMPANY_KIND = {
    "SaaS": ("Software", "Cloud", "Apps", "Labs"),
    "Fintech": ("Pay", "Finance", "Ledger"),
    "Analytics": ("Analytics", "Insights", "Data"),
    "Martech": ("Media", "Reach", "Campaigns"),
    "Retail": ("Retail", "Goods", "Outfitters"),
    "Manufacturing": ("Industries", "Machines", "Tools"),
    "Logistics": ("Logistics", "Freight"),
    "Healthcare": ("Health", "Care"),
    "Education": ("Learning", "Academy"),
    "Construction": ("Build", "Construction"),
}
# How many of the sign-ups come from where; the product sells best to software companies.
INDUSTRIES = {
    "SaaS": 34, "Fintech": 10, "Analytics": 9, "Martech": 9, "Retail": 9, "Manufacturing": 8,
    "Logistics": 6, "Healthcare": 6, "Education": 5, "Construction": 4,
}  # fmt: skip
COUNTRIES = {
    "US": 46, "CA": 8, "GB": 11, "DE": 8, "FR": 5, "AU": 4, "IN": 6, "BR": 4, "NL": 3, "ES": 3,
    "PL": 2,
}  # fmt: skip
# Smallest and largest number of employees of a size band, and the band's share.
SIZES = {(2, 24): 26, (25, 49): 16, (50, 500): 40, (501, 1000): 8, (1001, 9000): 10}
TECHNOLOGIES = {
    "Salesforce": 30, "Segment": 14, "HubSpot": 30, "Amplitude": 10, "Mixpanel": 9, "Slack": 62,
    "Stripe": 25, "Snowflake": 14, "Zendesk": 20, "Jira": 34,
}  # fmt: skip

FIRST_NAMES = (
    "Adam", "Aisha", "Alba", "Alice", "Amara", "Amir", "Ana", "Anders", "Anika", "Arjun", "Astrid",
    "Ava", "Beatriz", "Ben", "Bianca", "Bruno", "Camila", "Carlos", "Chloe", "Clara", "Daniel",
    "Deepa", "Diego", "Elena", "Eli", "Emeka", "Emma", "Erik", "Esther", "Farah", "Felix",
    "Fiona", "Gabriel", "Grace", "Hana", "Hugo", "Ibrahim", "Ines", "Isaac", "Ivy", "Jack",
    "Jada", "James", "Jin", "Jonas", "Julia", "Kai", "Karim", "Kate", "Kenji", "Lara", "Lena",
    "Leo", "Liam", "Lucia", "Maja", "Marco", "Maria", "Mateo", "Maya", "Mei", "Milan", "Mina",
    "Nadia", "Nina", "Noah", "Nora", "Olga", "Omar", "Oscar", "Owen", "Paula", "Petra", "Priya",
    "Rafael", "Ravi", "Rosa", "Ruth", "Sam", "Sara", "Sean", "Selma", "Simon", "Sofia", "Tara",
    "Theo", "Tomas", "Uma", "Vera", "Victor", "Wei", "Yara", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Adeyemi", "Ahmed", "Almeida", "Andersen", "Baker", "Banerjee", "Barros", "Bauer",
    "Becker", "Bennett", "Berg", "Blanc", "Bose", "Brandt", "Carter", "Castro", "Chen", "Cho",
    "Clarke", "Costa", "Cruz", "Dahl", "Davies", "Diaz", "Dubois", "Duarte", "Eze", "Fischer",
    "Flores", "Foster", "Garcia", "Gomez", "Grant", "Gupta", "Haas", "Hansen", "Hassan", "Hayes",
    "Holm", "Huang", "Ibarra", "Ito", "Jansen", "Jensen", "Joshi", "Kaur", "Keller", "Khan",
    "Kim", "Klein", "Kowalski", "Kumar", "Lang", "Larsen", "Lee", "Lima", "Lopez", "Marino",
    "Martin", "Mehta", "Meyer", "Mills", "Moreau", "Morgan", "Mwangi", "Nair", "Nguyen", "Novak",
    "Okafor", "Olsen", "Ortiz", "Osei", "Park", "Patel", "Pereira", "Price", "Ramos", "Rao",
    "Reyes", "Rossi", "Roy", "Sato", "Schmidt", "Shah", "Silva", "Singh", "Soto", "Stein", "Tan",
    "Torres", "Turner", "Vargas", "Vega", "Wagner", "Walsh", "Weber", "Wong", "Yamada", "Zhang",
)  # fmt: skip

LEADERS = (
    "VP Marketing", "VP of Sales Operations", "Director of Revenue Operations", "Head of Growth",
    "Director of Analytics", "Chief Operating Officer", "VP Product", "Director of Operations",
)  # fmt: skip
MANAGERS = (
    "Marketing Operations Manager", "Sales Operations Manager", "Product Manager",
    "Growth Manager", "Customer Success Manager", "Business Intelligence Manager",
)  # fmt: skip
DOERS = (
    "Data Analyst", "Business Analyst", "Marketing Specialist", "Operations Associate",
    "Software Engineer", "Customer Success Specialist",
)  # fmt: skip

DEVELOPERS = (
    "Software Engineer", "Platform Engineer", "Engineering Manager", "Principal Engineer",
    "VP Engineering", "Chief Technology Officer",
)  # fmt: skip

# Which department a title belongs to, by the first of these words that it has.
DEPARTMENTS = {
    "Customer Success": "Customer Success", "Marketing": "Marketing", "Growth": "Marketing",
    "Sales": "Sales", "Revenue": "Sales", "Analytics": "Data", "Intelligence": "Data",
    "Analyst": "Data", "Product": "Product", "Engineer": "Engineering", "Operati": "Operations",
}  # fmt: skip

FEATURES = (
    "dashboards", "charts", "alerts", "sharing", "comments", "data_sources", "goals", "templates",
)  # fmt: skip
PREMIUM_FEATURES = ("forecasting", "row_level_security", "white_label")
INTEGRATIONS = ("Salesforce", "HubSpot", "Slack", "Google Sheets", "Stripe", "Snowflake")
ONBOARDING = (
    (20, "Welcome tour"), (40, "Data source chosen"), (60, "First chart"), (80, "Goal set"),
    (100, "Dashboard shared"),
)  # fmt: skip

DOCS = ("webhooks", "rate_limits", "pagination", "embedding")
ENDPOINTS = ("charts", "metrics", "exports", "forecasts", "annotations")
PREMIUM_ENDPOINTS = ("exports", "forecasts")

LIMITS = ("seats", "dashboards", "data_sources")

FREE_MAIL = "freemail.example"
COMPETITORS = ("gridpeak.example", "chartwise.example")
UNIVERSITIES = ("lakeside-college.example", "northgate-university.example")
