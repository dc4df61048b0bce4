import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from routing.models.qualification import State
from tests.factories.routing import (
    REP_PERMISSIONS,
    ROUND_THE_CLOCK,
    RepFactory,
    TeamFactory,
    UserFactory,
    make_manager,
    make_pql,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def maya(client: Client) -> User:
    user: User = RepFactory.create().user
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("before", "verb", "after", "answers"),
    [
        (State.ASSIGNED, "accept", State.ACCEPTED, {}),
        (State.ACCEPTED, "contacted", State.CONTACTED, {}),
        (State.ACCEPTED, "touch", State.CONTACTED, {"kind": "call"}),
        (State.CONTACTED, "opportunity", State.OPPORTUNITY, {}),
        (State.OPPORTUNITY, "won", State.WON, {"amount": "1200.50", "currency": "eur"}),
        (State.OPPORTUNITY, "lost", State.LOST, {"reason": "price"}),
    ],
)
def test_work_moves_and_says_so(
    client: Client, maya: User, before: State, verb: str, after: State, answers: dict[str, str]
) -> None:
    pql = make_pql(rep=maya.rep, state=before, lead__name="Ada")
    response = client.post(f"/pqls/{pql.pk}/{verb}/", answers, headers=HTMX)
    assert response.status_code == 204
    assert "Ada" in json.loads(response["HX-Trigger"])["ripeline:done"]["message"]
    pql.refresh_from_db()
    assert pql.state == after
    assert pql.changes.get().by == maya


@pytest.mark.parametrize(
    ("verb", "answers", "problem"),
    [
        ("lost", {}, "Choose a reason"),
        ("lost", {"reason": "other"}, "Say in the note"),
        ("lost", {"reason": "not_said"}, "not one of the available choices"),
        ("won", {"amount": "many"}, "as a number"),
        ("won", {"amount": "5", "currency": ""}, "Say the currency"),
        ("opportunity", {"amount": "5", "currency": "EURO"}, "three letters"),
        ("touch", {}, "Choose what it was"),
        ("touch", {"kind": "other"}, "Say in the note"),
        ("touch", {"kind": "call", "touched_at": "yesterday"}, "a date and a time"),
        ("note", {"text": " "}, "Write something"),
    ],
)
def test_a_question_comes_back_with_what_is_wrong_and_what_was_written(
    client: Client, maya: User, verb: str, answers: dict[str, str], problem: str
) -> None:
    pql = make_pql(rep=maya.rep, state=State.CONTACTED)
    response = client.post(f"/pqls/{pql.pk}/{verb}/", answers, headers=HTMX)
    assert response.status_code == 422
    page = response.content.decode()
    assert problem in page
    for written in answers.values():
        if written.strip() and written not in {"not_said"}:
            assert f'value="{written}"' in page
    pql.refresh_from_db()
    assert (pql.state, pql.changes.count()) == (State.CONTACTED, 0)


def test_a_question_on_a_page_of_its_own_comes_back_as_that_page(
    client: Client, maya: User
) -> None:
    pql = make_pql(rep=maya.rep)
    address = f"/pqls/{pql.pk}/reject/"
    asked = client.get(address, {"next": "/?tab=team"}).content.decode()
    refused = client.post(address, {"next": "/?tab=team"})
    assert refused.status_code == 422
    again = refused.content.decode()
    for page in (asked, again):
        form = page[page.index('<form method="post" class="ask"') : page.index("</main>")]
        assert "hx-post" not in form  # else the answer opens in a dialog over this page
        assert 'href="/?tab=team">Cancel' in form
    assert again.count('class="errors"') == 1
    in_dialog = client.get(address, headers=HTMX).content.decode()
    assert f'hx-post="{address}"' in in_dialog


def test_note_by_a_mate_on_what_is_closed(client: Client, maya: User) -> None:
    pql = make_pql(rep=RepFactory.create(), state=State.WON, closed_at=timezone.now())
    response = client.post(f"/pqls/{pql.pk}/note/", {"text": "Renewal in May"}, headers=HTMX)
    assert response.status_code == 204
    assert _offered(response) == ""
    note = pql.notes.get()
    assert (note.text, note.by) == ("Renewal in May", maya)


def test_work_without_scripts_goes_back(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    response = client.post(f"/pqls/{pql.pk}/accept/", {"next": "/?tab=team"}, follow=True)
    assert response.redirect_chain == [("/?tab=team", 302)]
    assert "Accepted" in str(next(iter(response.context["messages"])))
    for nowhere in ("https://evil.example/", "no-page", "\x00"):
        elsewhere = client.post(f"/pqls/{pql.pk}/accept/", {"next": nowhere})
        assert elsewhere["Location"] == "/"


def test_work_refused_is_told(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep, state=State.OPPORTUNITY)
    response = client.post(f"/pqls/{pql.pk}/accept/", headers=HTMX)
    assert response.status_code == 409
    assert "cannot be accepted" in json.loads(response["HX-Trigger"])["ripeline:refused"]["message"]


def test_get_never_writes(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    for verb in ("accept", "contacted", "wake"):
        assert client.get(f"/pqls/{pql.pk}/{verb}/").status_code == 405
    for verb in ("reject", "snooze", "won", "lost", "opportunity", "touch", "note"):
        assert client.get(f"/pqls/{pql.pk}/{verb}/").status_code == 200
    assert client.post(f"/pqls/{pql.pk}/nonsense/").status_code == 404
    pql.refresh_from_db()
    assert pql.state == State.ASSIGNED


def test_who_may_act(client: Client, maya: User) -> None:
    mates = make_pql(rep=RepFactory.create())
    strangers = make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Europe")))
    assert client.post(f"/pqls/{mates.pk}/accept/", headers=HTMX).status_code == 409
    for verb in ("accept", "reject", "snooze"):
        assert client.post(f"/pqls/{strangers.pk}/{verb}/").status_code == 404
    assert client.get(f"/pqls/{mates.pk}/assign/").status_code == 403
    client.force_login(make_manager())
    assert client.post(f"/pqls/{strangers.pk}/accept/", headers=HTMX).status_code == 204
    permissions = [name for name in REP_PERMISSIONS if name != "work_qualification"]
    client.force_login(UserFactory.create(permissions=permissions))
    assert client.post(f"/pqls/{mates.pk}/accept/").status_code == 403


def test_posts_need_the_csrf_token(maya: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(maya)
    pql = make_pql(rep=maya.rep)
    response = strict.post(f"/pqls/{pql.pk}/accept/")
    assert response.status_code == 403
    assert "open too long" in response.content.decode()


def test_reject_asks_until_it_knows_why(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    address = f"/pqls/{pql.pk}/reject/"
    assert client.post(address, {}, headers=HTMX).status_code == 422
    assert client.post(address, {"reason": "other", "note": " "}, headers=HTMX).status_code == 422
    done = client.post(address, {"reason": "other", "note": "<b>x"}, headers=HTMX)
    assert done.status_code == 204
    page = client.get(f"/leads/{pql.lead_id}/").content.decode()
    assert "&lt;b&gt;x" in page


@pytest.mark.parametrize(("days", "length"), [("1", 1), ("3", 3), ("7", 7)])
def test_snooze_for_days(client: Client, maya: User, days: str, length: int) -> None:
    pql = make_pql(rep=maya.rep)
    assert client.post(f"/pqls/{pql.pk}/snooze/", {"days": days}, headers=HTMX).status_code == 204
    pql.refresh_from_db()
    assert pql.snoozed_until is not None
    left = pql.snoozed_until - timezone.now()
    assert timedelta(days=length, minutes=-1) < left <= timedelta(days=length)
    assert client.post(f"/pqls/{pql.pk}/wake/", headers=HTMX).status_code == 204


def test_snooze_until_a_date(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    address = f"/pqls/{pql.pk}/snooze/"
    assert client.post(address, {}, headers=HTMX).status_code == 422
    assert client.post(address, {"on": "nonsense"}, headers=HTMX).status_code == 422
    past = client.post(address, {"on": "2020-01-01"}, headers=HTMX)
    assert past.status_code == 409
    day = timezone.localdate() + timedelta(days=10)
    assert client.post(address, {"on": day.isoformat()}, headers=HTMX).status_code == 204
    pql.refresh_from_db()
    assert pql.snoozed_until is not None
    assert (pql.snoozed_until.date(), pql.snoozed_until.hour) == (day, 8)


def test_assign_by_a_manager(client: Client) -> None:
    client.force_login(make_manager())
    rep = RepFactory.create(working_hours=ROUND_THE_CLOCK)
    gone = RepFactory.create(user__is_active=False)
    pql = make_pql(rep=None)
    address = f"/pqls/{pql.pk}/assign/"
    form = client.get(address, headers=HTMX).content.decode()
    assert f'value="{rep.pk}"' in form
    assert f'value="{gone.pk}"' not in form
    assert client.post(address, {"rep": gone.pk}, headers=HTMX).status_code == 422
    assert client.post(address, {"rep": rep.pk}, headers=HTMX).status_code == 204
    pql.refresh_from_db()
    assert (pql.rep, pql.state) == (rep, State.ASSIGNED)


def test_assign_to_whom_the_dealing_gives_none_is_asked_twice(client: Client) -> None:
    client.force_login(make_manager())
    off = RepFactory.create(is_available=False)
    other = RepFactory.create(off_until=timezone.now() + timedelta(days=1))
    pql = make_pql(rep=None)
    address = f"/pqls/{pql.pk}/assign/"
    assert "(is switched off)</option>" in client.get(address, headers=HTMX).content.decode()
    again = client.post(address, {"rep": off.pk}, headers=HTMX)
    told = " ".join(again.content.decode().split())
    assert again.status_code == 422
    assert f"{off} is switched off. Choose somebody else, or assign all the same." in told
    assert f'name="confirm" value="{off.pk}"' in told
    assert "Assign all the same</button>" in told
    # What was confirmed of one is not confirmed of another.
    assert client.post(address, {"rep": other.pk, "confirm": off.pk}).status_code == 422
    sure = {"rep": off.pk, "confirm": off.pk, "note": "Asked for"}
    assert client.post(address, sure, headers=HTMX).status_code == 204
    pql.refresh_from_db()
    assert pql.rep == off
    assert pql.changes.get().reason == f"Given to {off}, who is switched off. Asked for"


def _offered(response: Any) -> str:
    return str(json.loads(response["HX-Trigger"])["ripeline:done"]["undo"])


def test_undo_is_offered_and_takes_it_back(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep, lead__name="Ada")
    undo = _offered(client.post(f"/pqls/{pql.pk}/reject/", {"reason": "not_icp"}, headers=HTMX))
    assert client.get(undo).status_code == 405
    response = client.post(undo, headers=HTMX)
    assert response.status_code == 204
    told = json.loads(response["HX-Trigger"])["ripeline:done"]
    assert told == {"message": "Undone. Ada is assigned again.", "undo": "", "target": "body"}
    pql.refresh_from_db()
    assert (pql.state, pql.reject_reason, pql.closed_at) == (State.ASSIGNED, "", None)
    again = client.post(undo, headers=HTMX)
    assert again.status_code == 409
    assert "undone already" in again["HX-Trigger"]


def test_undo_is_not_for_others(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    undo = _offered(client.post(f"/pqls/{pql.pk}/accept/", headers=HTMX))
    client.force_login(RepFactory.create(team=maya.rep.team).user)
    assert client.post(undo, headers=HTMX).status_code == 409
    client.force_login(RepFactory.create(team=TeamFactory.create(name="Europe")).user)
    assert client.post(undo, headers=HTMX).status_code == 404
    pql.refresh_from_db()
    assert pql.state == State.ACCEPTED
