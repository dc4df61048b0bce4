"""One thing is done to many PQLs, each for itself."""

import pytest

from routing import services
from routing.models.qualification import State
from routing.services.together import together
from tests.factories.routing import RepFactory, make_pql
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def test_together_does_what_can_be_done_and_tells_the_rest() -> None:
    rep = RepFactory.create()
    free = [make_pql(rep=rep) for _ in range(2)]
    taken = [make_pql(rep=rep, state=State.WON, closed_at=AT, lead__name=name) for name in "ABCD"]
    went = together(
        [taken[0], *free, *taken[1:]],
        lambda pql: services.accept(pql, by=rep.user, at=AT),
        by=rep.user,
    )
    assert [change.qualification for change in went.changes] == free
    told = went.told("accepted")
    assert told.startswith("2 accepted. 4 were not. A: This PQL cannot be accepted: it is won")
    assert "D:" not in told
    assert told.endswith("And 1 more.")


def test_together_says_nothing_of_nothing() -> None:
    assert together([], lambda pql: None, by=RepFactory.create().user).told("accepted") == ""
