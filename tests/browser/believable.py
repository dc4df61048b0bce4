"""A workspace to look at: some 200 made-up people who try a product, scored by the standard rubric.

    python manage.py shell -c "from tests.browser.believable import fill; fill()"

Everybody in it is synthetic. Sign in as maya, jonas, priya (reps) or sam (manager), password: demo.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from leads.keys import hash_key
from leads.models import Account, Event, Hit, Lead, LeadChange, Product, Signal, Source, Trial
from routing import services
from routing.models import Qualification, Rep, Team
from rubrics.presets import load_preset
from rubrics.publishing import publish_now
from rubrics.scores import score_due
from rubrics.services import load_rubric

FIRST = [
    "Ana", "Ben", "Carla", "Daniel", "Elena", "Felix", "Grace", "Hugo", "Ines", "Jakob", "Kira",
    "Liam", "Mina", "Noah", "Olga", "Paul", "Quinn", "Rosa", "Stefan", "Tara", "Uma", "Victor",
    "Wendy", "Yusuf", "Zoe", "Amara", "Boris", "Chloe", "Dmitri", "Esther",
]  # fmt: skip
LAST = [
    "Alvarez", "Becker", "Costa", "Dupont", "Eriksson", "Fischer", "Garcia", "Haddad",
    "Ivanova", "Jensen", "Kim", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quist",
    "Rossi", "Sato", "Thompson", "Ueda", "Vogel", "Watanabe", "Young", "Zhang",
]  # fmt: skip
COMPANY = [
    "Northwind", "Harbor", "Lumen", "Cobalt", "Juniper", "Meridian", "Tandem", "Fathom",
    "Quarry", "Beacon", "Cinder", "Delta", "Ember", "Foundry", "Granite", "Helix", "Indigo",
    "Kestrel", "Lattice", "Mosaic",
]  # fmt: skip
KIND = [
    "Labs", "Analytics", "Systems", "Software", "Health", "Logistics", "Pay", "Cloud", "Works",
    "Studio",
]  # fmt: skip
TITLES = [
    "VP Sales", "Head of Operations", "Product Manager", "Software Engineer", "Director of RevOps",
    "Founder", "CTO", "Marketing Manager", "Data Analyst", "Customer Success Lead",
]  # fmt: skip
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "onboarding_progress": ("Onboarding Step Completed", {"percent": 100}),
    "core_feature_used": ("Core Feature Used", {"feature": "pipeline board"}),
    "integration_connected": ("Integration Connected", {"integration": "Salesforce"}),
    "teammate_invited": ("Teammate Invited", {"email": "colleague@team.example"}),
    "pricing_viewed": ("Pricing Viewed", {"signed_in": True}),
    "checkout_started": ("Checkout Started", {"plan": "Team", "seats": 12}),
    "premium_feature_used": ("Premium Feature Used", {"feature": "forecast"}),
    "data_exported": ("Data Exported", {"format": "csv", "rows": 1840}),
    "logged_in": ("Logged In", {}),
    "feature_used": ("Feature Used", {"feature": "filters", "session_id": "s1"}),
}
EAGER = {
    "onboarding_progress": 1, "core_feature_used": 4, "integration_connected": 1,
    "teammate_invited": 2, "pricing_viewed": 2, "checkout_started": 0.6, "logged_in": 9,
    "premium_feature_used": 1, "data_exported": 2, "feature_used": 12,
}  # fmt: skip


def fill(people: int = 220, seed: int = 7) -> None:
    """Write the workspace, score it as the weeks went by, and deal its PQLs."""
    dice = random.Random(seed)
    at = timezone.now()
    product = Product.objects.create(key="suite", name="Ripe CRM")
    draft = load_rubric(load_preset("standard"), product=product, by=None, at=at)
    publish_now(draft, by=None, at=at - timedelta(days=30))
    source = Source.objects.create(name="Demo product", product=product, is_synthetic=True)
    signals = {signal.key: signal for signal in Signal.objects.filter(product=product)}
    _make_reps()
    accounts = [_account(dice, number) for number in range(90)]
    leads = [_lead(dice, number, dice.choice(accounts), product, at) for number in range(people)]
    for lead in leads:
        _act(dice, lead, source, signals, at)
    for days in (24, 18, 14, 10, 7, 5, 3, 2, 1, 0):
        _as_it_was(at - timedelta(days=days), leads)
    _work(dice, at)


def _make_reps() -> None:
    teams = [Team.objects.create(name=name) for name in ("Americas", "Europe")]
    people = [("maya", "Lind", 0), ("jonas", "Weber", 0), ("priya", "Nair", 1)]
    for name, last, team in people:
        user = User.objects.create_user(
            name, f"{name}@ripe.example", "demo", first_name=name.title(), last_name=last
        )
        user.groups.add(Group.objects.get(name="Rep"))
        Rep.objects.create(user=user, team=teams[team])
    sam = User.objects.create_user(
        "sam", "sam@ripe.example", "demo", first_name="Sam", last_name="Ortiz", is_staff=True
    )
    sam.groups.add(Group.objects.get(name="Manager"))


def _account(dice: random.Random, number: int) -> Account:
    name = f"{COMPANY[number % 20]} {KIND[number // 20 * 3 % 10]}"
    facts: dict[str, Any] = {
        "employees": dice.choice([12, 34, 60, 85, 120, 180, 240, 310, 450, 800, 2400]),
        "industry": dice.choice(
            ["SaaS", "Software", "Fintech", "Analytics", "Retail", "Logistics"]
        ),
        "technologies": dice.sample(["Salesforce", "Segment", "HubSpot", "Amplitude", "AWS"], 2),
        "country": dice.choice(["US", "US", "CA", "GB", "DE", "BR"]),
        "plan": dice.choice(["Trial", "Free"]),
    }
    if dice.random() < 0.2:
        del facts["employees"]
    domain = name.lower().replace(" ", "-") + f"{number // 20 or ''}.example"
    account: Account = Account.objects.create(
        name=name, domain=domain, attributes=facts, is_synthetic=True
    )
    return account


def _lead(
    dice: random.Random, number: int, account: Account, product: Product, at: datetime
) -> Lead:
    first, last = FIRST[number % 30], LAST[(number * 7 + number // 25) % 25]
    lead: Lead = Lead.objects.create(
        account=account,
        name=f"{first} {last}",
        email=f"{first}.{last}@{account.domain}".lower(),
        title=dice.choice(TITLES),
        attributes={"title": "", "phone": "+1 555 0100", "utm_source": "search"},
        is_synthetic=True,
    )
    lead.attributes["title"] = lead.title
    lead.save(update_fields=["attributes"])
    started = at - timedelta(days=dice.uniform(1, 24))
    Trial.objects.create(
        lead=lead, product=product, started_at=started, ends_at=started + timedelta(days=30)
    )
    return lead


def _act(
    dice: random.Random, lead: Lead, source: Source, signals: dict[str, Signal], at: datetime
) -> None:
    zeal = dice.choice([0.15, 0.3, 0.6, 0.8, 1, 1, 1.3])
    started = lead.trials.get().started_at
    awake = min(at - started, timedelta(days=dice.uniform(1, 20)))
    for key, often in EAGER.items():
        for _ in range(round(often * zeal * dice.uniform(0.4, 1.6))):
            moment = started + awake * dice.random() ** 1.2
            name, properties = EVENTS[key]
            event = Event.objects.create(
                received_at=at, occurred_at=moment, source=source, lead=lead, kind="track",
                name=name, message_id=f"{lead.pk}-{dice.random()}", properties=properties,
            )  # fmt: skip
            Hit.objects.create(
                lead=lead, signal=signals[key], occurred_at=moment, event_id=event.pk,
                number=properties.get("percent"), value_key=hash_key(str(dice.random())),
                session_key=hash_key(f"{lead.pk} {moment:%j}"),
            )  # fmt: skip


def _as_it_was(at: datetime, leads: list[Lead]) -> None:
    tried = [lead for lead in leads if lead.trials.get().started_at <= at]
    LeadChange.objects.bulk_create(
        [LeadChange(lead=lead, changed_at=at) for lead in tried], ignore_conflicts=True
    )
    while score_due(at=at, limit=500) >= 500:
        pass
    while services.open_qualifications(at=at + timedelta(minutes=1), limit=200) == 200:
        pass


def _work(dice: random.Random, at: datetime) -> None:
    for pql in Qualification.objects.order_by("pk"):
        assert pql.rep is not None
        by = pql.rep.user
        moment = min(pql.opened_at + timedelta(hours=dice.uniform(1, 30)), at)
        chance = dice.random()
        if chance < 0.35:
            services.accept(pql, by=by, at=moment)
            if chance < 0.2:
                services.mark_contacted(pql, by=by, at=moment)
            if chance < 0.08:
                services.close_won(pql, by=by, at=at)
        elif chance < 0.45:
            services.reject(pql, by=by, at=moment, reason="no_authority", note="Intern project")
        elif chance < 0.53:
            services.snooze(pql, by=by, at=moment, until=at + timedelta(days=4))
        elif chance < 0.58:
            Qualification.objects.filter(pk=pql.pk).update(rep=None, state="new", assigned_at=None)
