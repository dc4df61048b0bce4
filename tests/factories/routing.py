# factory_boy is typed in parts only:
# mypy: disable-error-code="attr-defined,no-untyped-call,untyped-decorator,type-arg"
"""People who work PQLs, and the PQLs."""

from functools import cache
from typing import Any

import factory
from django.contrib.auth.models import Permission, User

from routing.dealing.weeks import DAYS
from routing.models import Qualification, Rep, Team
from routing.models.qualification import State
from tests.factories.rubrics import AT, LeadFactory, ScoreFactory, make_version
from tests.stock import written_twice

REP_PERMISSIONS = ("work_qualification", "view_lead", "view_account", "view_score")
# For reps who must be at work whenever the test happens to run: office hours are the default.
ROUND_THE_CLOCK = {day: [["00:00", "24:00"]] for day in DAYS}


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person; ``permissions`` are codenames."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    first_name = factory.Sequence(lambda n: f"Robin{n}")
    last_name = "Day"

    @factory.post_generation
    def permissions(self: User, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            wanted = REP_PERMISSIONS if extracted is None else tuple(extracted)
            held = User.user_permissions.through
            held.objects.bulk_create(
                held(user_id=self.pk, permission_id=found) for found in _permission_ids(wanted)
            )


@cache
def _permission_ids(codenames: tuple[str, ...]) -> list[int]:
    """Permissions are rows of migrations: the same for every test."""
    return list(Permission.objects.filter(codename__in=codenames).values_list("pk", flat=True))


class TeamFactory(factory.django.DjangoModelFactory[Team]):
    class Meta:
        model = Team
        django_get_or_create = ("name",)

    name = "Americas"


class RepFactory(factory.django.DjangoModelFactory[Rep]):
    class Meta:
        model = Rep

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)


class QualificationFactory(factory.django.DjangoModelFactory[Qualification]):
    """An assigned PQL whose lead has the score it was opened with."""

    class Meta:
        model = Qualification

    lead = factory.SubFactory(LeadFactory)
    version = factory.LazyFunction(make_version)
    product = factory.SelfAttribute("version.rubric.product")
    rep = factory.SubFactory(RepFactory)
    state = factory.LazyAttribute(lambda pql: State.ASSIGNED if pql.rep else State.NEW)
    fit = 32
    behavior = 60
    total = factory.LazyAttribute(lambda pql: pql.fit + pql.behavior)
    opened_at = AT
    assigned_at = factory.LazyAttribute(lambda pql: pql.opened_at if pql.rep else None)


@written_twice
def make_pql(**kwargs: Any) -> Qualification:
    """A qualification together with its lead's score row."""
    qualification: Qualification = QualificationFactory.create(**kwargs)
    ScoreFactory.create(
        lead=qualification.lead,
        stands_for=qualification.version,
        fit=qualification.fit,
        behavior=qualification.behavior,
    )
    return qualification


@written_twice
def make_manager(**kwargs: Any) -> User:
    """Someone who sees every rep's PQLs and works none of their own."""
    manager: User = UserFactory.create(
        permissions=(*REP_PERMISSIONS, "view_all_qualifications"), **kwargs
    )
    return manager


def rep_of(qualification: Qualification) -> Rep:
    """Its rep, where a test knows there is one."""
    assert qualification.rep is not None
    return qualification.rep
