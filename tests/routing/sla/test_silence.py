from datetime import timedelta

import pytest

from routing import services, sla
from routing.models import Rep
from routing.sla.silence import passed_in_a_row
from tests.factories.routing import QualificationFactory, RepFactory, rep_of
from tests.factories.rubrics import AT
from tests.routing.sla.cases import DUE, HOUR, make_policy, start

pytestmark = pytest.mark.django_db


def _let_pass(rep: Rep, count: int) -> None:
    QualificationFactory.create_batch(count, rep=rep)
    start()
    sla.take_steps(at=DUE, limit=10)
    rep.refresh_from_db()


def test_who_lets_pass_as_many_as_the_limit_is_paused_until_they_act() -> None:
    make_policy(silent_limit=3)
    rep, other = RepFactory.create_batch(2)
    _let_pass(rep, 2)
    assert (passed_in_a_row(rep), rep.paused_at) == (2, None)
    pql = QualificationFactory.create(rep=rep)
    start(pql)
    sla.take_steps(at=DUE + HOUR, limit=10)
    rep.refresh_from_db()
    assert rep.paused_at == DUE + HOUR
    assert list(Rep.objects.available(DUE + 2 * HOUR)) == [other]

    assert sla.resume_who_acted() == 0
    services.accept(pql, by=rep.user, at=DUE + 2 * HOUR)
    assert sla.resume_who_acted() == 1
    assert set(Rep.objects.available(DUE + 2 * HOUR)) == {rep, other}
    assert passed_in_a_row(rep) == 0


def test_doing_something_between_starts_the_count_again() -> None:
    make_policy(silent_limit=3)
    pql = QualificationFactory.create()
    rep = rep_of(pql)
    _let_pass(rep, 1)
    services.accept(pql, by=rep.user, at=DUE + timedelta(minutes=1))
    later = QualificationFactory.create(rep=rep, opened_at=AT + HOUR)
    start(later)
    sla.take_steps(at=DUE + HOUR, limit=10)
    rep.refresh_from_db()
    assert (passed_in_a_row(rep), rep.paused_at) == (1, None)


def test_without_a_limit_nobody_is_paused() -> None:
    make_policy()
    rep = RepFactory.create()
    _let_pass(rep, 5)
    assert rep.paused_at is None


def test_a_manager_has_them_dealt_to_again() -> None:
    rep = RepFactory.create(paused_at=AT)
    assert sla.resume(rep) is True
    assert sla.resume(rep) is False
    assert Rep.objects.available(AT).count() == 1
