from datetime import timedelta
from typing import Any

import pytest

from routing import services
from routing.models import Touch
from routing.models.qualification import State
from tests.factories.routing import QualificationFactory, UserFactory, rep_of
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(hours=1)


def test_touch_contacts_an_accepted_one_and_is_its_first_touch() -> None:
    pql = QualificationFactory.create(state=State.ACCEPTED)
    touch = services.log_touch(
        pql, kind="call", by=rep_of(pql).user, at=LATER, note=" Asked about SSO ",
        touched_at=AT + timedelta(minutes=5),
    )  # fmt: skip
    assert (pql.state, pql.first_touched_at) == (State.CONTACTED, LATER)
    assert (touch.note, touch.touched_at) == ("Asked about SSO", AT + timedelta(minutes=5))
    assert touch.change == pql.changes.get()
    assert touch.change.reason == "Call: Asked about SSO"


def test_touch_of_a_contacted_one_is_history_too_and_keeps_the_first() -> None:
    first = AT + timedelta(minutes=1)
    pql = QualificationFactory.create(state=State.OPPORTUNITY, first_touched_at=first)
    services.log_touch(pql, kind="other", by=rep_of(pql).user, at=LATER, note="Sent a letter")
    assert (pql.state, pql.first_touched_at) == (State.OPPORTUNITY, first)
    assert pql.changes.get().reason == "Reached out: Sent a letter"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"kind": "pigeon"}, "from the list"),
        ({"kind": "other", "note": " "}, "what it was"),
        ({"kind": "call", "note": "x" * 1001}, "1,000 characters: it has 1,001"),
        ({"kind": "call", "touched_at": LATER + timedelta(seconds=1)}, "has passed"),
        ({"kind": "call", "touched_at": AT - timedelta(seconds=1)}, "after the PQL was opened"),
    ],
)
def test_touch_that_makes_no_sense(given: dict[str, Any], problem: str) -> None:
    pql = QualificationFactory.create(state=State.ACCEPTED)
    with pytest.raises(services.InvalidRequest, match=problem):
        services.log_touch(pql, by=rep_of(pql).user, at=LATER, **given)
    assert not Touch.objects.exists()
    assert not pql.changes.exists()


def test_note_changes_nothing_but_is_kept() -> None:
    pql = QualificationFactory.create(state=State.WON, closed_at=AT)
    by = UserFactory.create()
    note = services.add_note(pql, text=" Renewal in May ", by=by, at=LATER)
    assert (note.text, note.by, note.at) == ("Renewal in May", by, LATER)
    assert not pql.changes.exists()
    with pytest.raises(services.InvalidRequest, match="Write something"):
        services.add_note(pql, text="  ", by=by, at=LATER)
