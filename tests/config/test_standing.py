"""What the first page of the admin says of how things stand, and to whom."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from config.standing import standing
from leads.models import EventType, LeadChange, RejectedMessage
from rubrics.approvals import ask_for_approval, drafts_awaiting_approval, send_back
from rubrics.models import Proof, Publication, RubricVersion
from tests.world import AT, World, make_admin, make_person, make_world

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return make_world(leads=1)


def told(user: User) -> list[str]:
    lines = standing(user, LATER)
    return [f"{line.level}: {line.before}{line.link}{line.after}" for line in lines]


def test_an_empty_workspace_waits_for_events() -> None:
    assert told(make_admin()) == ["todo: No event came yet."]


def test_all_is_well(world: World) -> None:
    EventType.objects.create(
        source=world.source, kind="track", name="A", total=1, first_at=AT, last_at=AT,
        first_received_at=AT, last_received_at=AT,
    )  # fmt: skip
    Proof.objects.create(reason="nightly", started_at=AT, finished_at=AT, state="done", checked=1)
    assert told(make_admin()) == [
        "good: The last event came 1 Jun 2026, 12:00.",
        "good: All scores are up to date.",
        "good: Scores proven: 0 of 1 mismatched, 1 Jun 2026, 12:00.",
    ]


def test_what_needs_doing_comes_first_and_goes_by_rights(world: World) -> None:
    admin, author = make_admin(), make_person("rosa")
    draft = RubricVersion.objects.create(rubric=world.rubric, number=2)
    later = RubricVersion.objects.create(rubric=world.rubric, number=3)
    ask_for_approval(later, by=author, at=AT + timedelta(minutes=1))
    ask_for_approval(draft, by=author, at=AT)
    assert drafts_awaiting_approval() == [draft, later]
    send_back(later, by=admin, at=AT + timedelta(minutes=2), note="Too loose")
    Publication.objects.create(
        kind="publish", product=world.product, version=world.version, started_at=AT, total=200,
        done=90,
    )  # fmt: skip
    RejectedMessage.objects.create(
        source=world.source, received_at=AT, code="x", reason="No person.", raw="{"
    )
    LeadChange.objects.create(lead=world.leads[0], changed_at=AT)
    assert told(admin) == [
        "bad: Scoring is behind: 1 wait for a score, the first for 1\xa0hour. Is a worker running?",
        "todo: Going live: Standard v1, 45 %.",
        "todo: Waiting for approval: Standard v2.",
        "todo: 1 message could not be taken in: look why, and replay.",
        "todo: No event came yet.",
    ]
    assert told(make_person("vera", "view_lead", staff=True)) == []
