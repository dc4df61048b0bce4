"""One small world for tests of the doors: a product, its rubric, scored leads, reps, PQLs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from integrations.models import ApiToken
from leads.models import Account, Identity, Lead, Product, Source, Trial
from leads.models.identity import IdentityKind
from routing.models import Qualification, Rep, StateChange, Team
from routing.models.qualification import State
from rubrics.models import Criterion, Rubric, RubricVersion, Score, ScoreChange, Tier
from tests.stock import written_once, written_twice

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class World:
    product: Product
    source: Source
    rubric: Rubric
    version: RubricVersion
    rep: Rep
    other_rep: Rep
    leads: list[Lead]
    scores: list[Score]
    pqls: list[Qualification]


@written_once
def make_world(leads: int = 3) -> World:
    """Build it: lead ``i`` has i points more than the one before; every lead is a PQL."""
    product = Product.objects.create(key="app", name="App")
    source = Source.objects.create(name="Website", product=product)
    rubric = Rubric.objects.create(product=product, key="standard", name="Standard")
    version = RubricVersion.objects.create(rubric=rubric, number=1)
    criterion = Criterion.objects.create(
        version=version,
        key="company_size",
        name="Company size",
        axis="fit",
        measure="number_in_range",
        params={"attribute": "account.employees"},
    )
    Tier.objects.create(
        criterion=criterion, points=15, label="50 to 500 employees", params={"ranges": [[50, 500]]}
    )
    publish(version)
    rep, other_rep = (
        Rep.objects.create(
            user=make_person(name, "work_qualification"), team=Team.objects.create(name=team)
        )
        for name, team in (("rita", "Sales"), ("omar", "Partners"))
    )
    world = World(product, source, rubric, version, rep, other_rep, [], [], [])
    for number in range(leads):
        add_lead(world, number)
    return world


def publish(version: RubricVersion) -> None:
    """Freeze a draft as it is, whether it could score or not."""
    version.status, version.published_at = "published", AT
    version.save(update_fields=["status", "published_at"])


def add_lead(world: World, number: int) -> Lead:
    """One more lead with an identity, a trial, a score and a PQL dealt to a rep in turn."""
    account = Account.objects.create(
        external_id=f"group-{number}",
        name=f"Company {number}",
        domain=f"c{number}.example",
        attributes={"employees": 100},
    )
    lead = Lead.objects.create(
        account=account,
        email=f"lead{number}@c{number}.example",
        name=f"Lead {number}",
        attributes={"title": "VP"},
    )
    for kind, value in ((IdentityKind.EMAIL, lead.email), (IdentityKind.USER, f"u{number}")):
        Identity.objects.create(lead=lead, kind=kind, value=value)
    Trial.objects.create(lead=lead, product=world.product, started_at=AT - timedelta(days=9))
    score = Score.objects.create(
        lead=lead,
        product=world.product,
        rubric=world.rubric,
        version=world.version,
        at=AT,
        fit=30,
        fit_low=30,
        fit_high=30,
        behavior=60 + number,
        total=90 + number,
        is_pql=True,
        last_activity_at=AT,
        measures=[100.0],
        points=[15],
        changed_at=AT + timedelta(minutes=number),
    )
    change = ScoreChange.objects.create(
        lead=lead,
        product=world.product,
        rubric=world.rubric,
        version=world.version,
        at=AT,
        fit=score.fit,
        behavior=score.behavior,
        total=score.total,
        is_pql=True,
        crossed=True,
        routed_at=AT,
    )
    pql = Qualification.objects.create(
        lead=lead,
        product=world.product,
        version=world.version,
        opened_by=change,
        state=State.ASSIGNED,
        rep=(world.rep, world.other_rep)[number % 2],
        fit=score.fit,
        behavior=score.behavior,
        total=score.total,
        breakdown=[
            {
                "key": "company_size",
                "axis": "fit",
                "label": "Company size",
                "points": 30,
                "reason": "100 employees",
            }
        ],
        opened_at=AT,
        assigned_at=AT,
    )
    StateChange.objects.create(
        qualification=pql, to_state=State.ASSIGNED, rep=pql.rep, at=AT, announced_at=AT
    )
    world.leads.append(lead)
    world.scores.append(score)
    world.pqls.append(pql)
    return lead


@written_twice
def make_person(username: str, *permissions: str, staff: bool = False) -> User:
    """Somebody who may sign in, with these permissions (code names)."""
    person = User.objects.create_user(username, f"{username}@ripeline.example", is_staff=staff)
    granted = Permission.objects.filter(codename__in=permissions)
    assert len(granted) == len(permissions), permissions
    person.user_permissions.set(granted)
    return person


@written_twice
def make_admin() -> User:
    return User.objects.create_superuser("root", "root@ripeline.example")


def token_client(user: User, *scopes: str) -> APIClient:
    """A client that sends a token with these scopes."""
    _, secret = ApiToken.objects.issue(name="test", user_id=user.pk, scopes=scopes)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client
