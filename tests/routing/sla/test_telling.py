from datetime import timedelta

import pytest

from routing import sla
from routing.models import Alert, Rep
from tests.factories.routing import QualificationFactory, RepFactory, UserFactory, rep_of
from tests.routing.sla.cases import DUE, HOUR, STEPS, make_policy, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep() -> Rep:
    found: Rep = RepFactory.create()
    found.team.manager = UserFactory.create(first_name="Mara")
    found.team.save()
    return found


def test_the_rep_is_reminded_and_the_manager_told_once(rep: Rep) -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create(rep=rep)
    start(pql)
    for moment in (DUE - HOUR, DUE, DUE, DUE + HOUR / 2):
        sla.take_steps(at=moment, limit=10)
    told = [(one.user, one.kind, one.content["message"]) for one in Alert.objects.order_by("pk")]
    assert told == [
        (
            rep.user,
            "sla_reminder",
            "First touch is due by Tue 10 Mar, 16:00. Accept, reject or snooze it.",
        ),
        (rep.team.manager, "sla_breach", f"Not touched within 4 working hours by {rep}."),
        (
            rep.user,
            "sla_reminder",
            "Not touched within 4 working hours. Accept, reject or snooze it.",
        ),
    ]


def test_without_a_manager_nobody_fails() -> None:
    make_policy(**STEPS)
    pql = QualificationFactory.create()
    start(pql)
    sla.take_steps(at=DUE, limit=10)
    assert not Alert.objects.exists()


def test_who_had_it_is_told_that_somebody_else_has_it(rep: Rep) -> None:
    make_policy(reassign_after_minutes=60)
    other = RepFactory.create()
    pql = QualificationFactory.create(rep=rep)
    start(pql)
    sla.take_steps(at=(DUE + timedelta(days=1)).replace(hour=9), limit=10)
    told = Alert.objects.get()
    assert told.user == rep.user
    assert told.content["message"] == f"Not touched within 4 working hours: it is {other}'s now."
    pql.refresh_from_db()
    assert rep_of(pql) == other


def test_a_paused_rep_and_their_manager_are_told(rep: Rep) -> None:
    make_policy(silent_limit=2)
    pqls = QualificationFactory.create_batch(3, rep=rep)
    start(*pqls)
    sla.take_steps(at=DUE, limit=10)
    titles = {one.user: one.title for one in Alert.objects.all()}
    assert titles == {
        rep.user: "You let 2 PQLs pass in a row",
        rep.team.manager: f"{rep} let 2 PQLs pass in a row",
    }
