from datetime import timedelta
from typing import Any

import pytest

from leads.models import AuditEntry
from routing import plays
from routing.models import Play
from tests.factories.routing import UserFactory
from tests.factories.rubrics import AT
from tests.routing.plays.makers import TAG, causes, change_score, make_play, make_score, run

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
REACHED = {"at_least": 61}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"params": {}}, "Trigger: Enter a total"),
        ({"conditions": [{"field": "nonsense", "op": "is", "value": 1}]}, "nonsense"),
        ({"actions": []}, "Choose at least one action."),
        ({"actions": [{"kind": "fax"}]}, "There is no action “fax”."),
        ({"actions": [{"kind": "tag", "name": ""}]}, "Tag: Enter a tag"),
        (
            {
                "trigger": "ready",
                "params": {"signals": ["x"], "at_least": 51, "days": 7},
                "limit_days": None,
            },
            "Set a limit",
        ),
    ],
)
def test_turn_on_refuses_what_could_not_act(values: dict[str, Any], said: str) -> None:
    given = {"trigger": "total_reached", "params": REACHED, **values}
    play = make_play(given.pop("trigger"), on_since=None, **given)
    with pytest.raises(plays.PlayNotReady) as refusal:
        plays.turn_on(play, by=None, at=AT)
    assert said in str(refusal.value)
    play.refresh_from_db()
    assert not play.is_on


def test_turn_on_refuses_a_destination_that_is_not_there() -> None:
    action = {"kind": "webhook", "destination": "crm"}
    play = make_play("pql_opened", on_since=None, actions=[action])
    with pytest.raises(plays.PlayNotReady, match="Webhook: There is no webhook “crm”"):
        plays.turn_on(play, by=None, at=AT)


def test_turn_on_and_off_say_whether_they_did_and_are_on_record() -> None:
    play, by = make_play("pql_opened", on_since=None), UserFactory.create()
    assert plays.turn_on(play, by=by, at=AT)
    assert not plays.turn_on(play, by=by, at=AT + MINUTE)
    assert play.on_since == AT
    assert plays.turn_off(play, by=by, at=AT + MINUTE)
    assert not plays.turn_off(play, by=by, at=AT + MINUTE)
    told = AuditEntry.objects.of("routing.play", play.pk).order_by("pk")
    assert list(told.values_list("action", "by")) == [
        ("switched on", by.pk),
        ("switched off", by.pk),
    ]


def test_save_keeps_what_changed_on_record() -> None:
    by = UserFactory.create()
    play = Play(name="Hot", trigger="total_reached", trigger_params=REACHED, actions=[TAG])
    plays.save_play(play, by=by, at=AT)
    play.name = "Hotter"
    plays.save_play(play, by=by, at=AT)
    changed = AuditEntry.objects.get(about="routing.play", action="edited")
    assert (changed.field, changed.before, changed.after) == ("name", "Hot", "Hotter")
    plays.save_play(play, by=by, at=AT)
    assert AuditEntry.objects.filter(action="edited").count() == 1


def test_save_of_one_that_is_on_refuses_what_could_not_act() -> None:
    play = make_play("total_reached", params=REACHED)
    play.actions = []
    with pytest.raises(plays.PlayNotReady, match="is on and would not work"):
        plays.save_play(play, by=None, at=AT)
    assert Play.objects.get().actions == [TAG]


def test_save_of_another_trigger_waits_for_it_from_now_on() -> None:
    play = make_play("pql_opened")
    score = make_score(40)
    change_score(score, 70, at=AT + MINUTE)
    play.trigger, play.trigger_params = "total_reached", REACHED
    plays.save_play(play, by=None, at=AT + 2 * MINUTE)
    assert play.on_since == AT + 2 * MINUTE
    change_score(score, 50, at=AT + 3 * MINUTE)
    change_score(score, 75, at=AT + 4 * MINUTE)
    run(AT + 5 * MINUTE)
    assert len(causes(play)) == 1


def test_save_of_another_name_leaves_it_on_since_then() -> None:
    play = make_play("total_reached", params=REACHED)
    play.name = "Renamed"
    plays.save_play(play, by=None, at=AT + MINUTE)
    play.refresh_from_db()
    assert play.on_since == AT
