"""Four eyes: who may sign a draft, what was signed, and what voids it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from leads.models import AuditEntry
from rubrics.approvals import (
    approval_state,
    approve,
    ask_for_approval,
    published_words,
    send_back,
    workers_on,
)
from rubrics.documents import fingerprint_of
from rubrics.editing import save_section
from rubrics.editing.sections import section_columns
from rubrics.errors import GateRefused, NotApprovable
from rubrics.gates import check_publishable
from rubrics.models import Rubric, RubricVersion
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import draft_version
from tests.rubrics.golden.cases import QUIET, keep
from tests.rubrics.makers import AT
from tests.stock import written_once

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


@pytest.fixture
@written_once
def maker(db: None) -> User:
    return User.objects.create(username="robin")


@pytest.fixture
@written_once
def sponsor(db: None) -> User:
    return User.objects.create(username="mara")


@pytest.fixture
@written_once
def draft(version: RubricVersion, maker: User) -> RubricVersion:
    Rubric.objects.update(needs_approval=True)
    return draft_version(RubricVersion.objects.get(pk=version.pk), by=maker, at=AT)


def sign(draft: RubricVersion, by: User) -> None:
    approve(draft, seen=fingerprint_of(document_of(draft)), by=by, at=AT)


def edit(draft: RubricVersion, by: User | None, total: int = 11) -> None:
    draft.refresh_from_db()
    seen = section_columns(draft, "thresholds")
    save_section(
        draft, section="thresholds", columns={"min_total": total}, seen=seen, by=by, at=LATER
    )


def test_without_an_approval_it_does_not_go_live(draft: RubricVersion, maker: User) -> None:
    with pytest.raises(GateRefused) as error:
        publish_now(draft, by=maker, at=AT)
    assert error.value.problems == ("it needs an approval: Nobody has approved this draft yet.",)
    assert not error.value.may_override


def test_approved_it_goes_live(draft: RubricVersion, maker: User, sponsor: User) -> None:
    ask_for_approval(draft, by=maker, at=AT, note="Ready.")
    assert approval_state(draft).words == "robin asked for approval on 31 March 2026."
    sign(draft, sponsor)
    signed = approval_state(draft).newest
    assert signed is not None
    assert signed.thresholds == {"total": 10, "fit": 0, "behavior": 10}
    assert publish_now(draft, by=maker, at=AT).status == "published"


def test_where_nobody_asks_for_it_none_is_needed(draft: RubricVersion, maker: User) -> None:
    Rubric.objects.update(needs_approval=False)
    assert publish_now(draft, by=maker, at=AT).status == "published"


def test_an_edit_voids_it_and_says_so(draft: RubricVersion, maker: User, sponsor: User) -> None:
    sign(draft, sponsor)
    edit(draft, maker)
    state = approval_state(draft)
    assert not state.is_approved
    assert state.words == (
        "mara approved it on 31 March 2026, but it was edited since: ask for approval again."
    )
    edit(draft, maker, total=10)  # as it was signed
    assert approval_state(draft).is_approved


def test_words_about_it_void_nothing(draft: RubricVersion, sponsor: User) -> None:
    sign(draft, sponsor)
    RubricVersion.objects.filter(pk=draft.pk).update(note="Spring")
    draft.rubric.product.signals.update(name="Renamed")
    assert approval_state(draft).is_approved


def test_who_worked_on_it_cannot_approve_it(
    draft: RubricVersion, maker: User, sponsor: User
) -> None:
    with pytest.raises(NotApprovable, match="You worked on small v2"):
        sign(draft, maker)
    edit(draft, sponsor)
    edit(draft, None, total=12)
    assert workers_on(draft) == {maker.pk, sponsor.pk}
    with pytest.raises(NotApprovable, match="somebody else has to"):
        sign(draft, sponsor)


def test_steps_of_an_approval_are_no_work_on_it(draft: RubricVersion, sponsor: User) -> None:
    ask_for_approval(draft, by=sponsor, at=AT)
    send_back(draft, by=sponsor, at=AT, note="Total 12, please.")
    sign(draft, sponsor)
    assert sponsor.pk not in workers_on(draft)


def test_what_was_not_seen_is_not_signed(draft: RubricVersion, maker: User, sponsor: User) -> None:
    seen = fingerprint_of(document_of(draft))
    edit(draft, maker)
    with pytest.raises(NotApprovable, match="was edited after you opened this page"):
        approve(draft, seen=seen, by=sponsor, at=AT)
    assert approval_state(draft).newest is None


def test_sent_back_it_needs_another_approval(draft: RubricVersion, sponsor: User) -> None:
    sign(draft, sponsor)
    with pytest.raises(NotApprovable, match="Say what has to change"):
        send_back(draft, by=sponsor, at=LATER, note=" ")
    send_back(draft, by=sponsor, at=LATER, note="Too many PQLs.")
    state = approval_state(draft)
    assert not state.is_approved
    assert state.words == "mara sent it back on 31 March 2026: Too many PQLs."


def test_only_drafts_are_approved(draft: RubricVersion, maker: User, sponsor: User) -> None:
    sign(draft, sponsor)
    publish_now(draft, by=maker, at=AT)
    with pytest.raises(NotApprovable, match="small v2 is published already"):
        ask_for_approval(draft, by=maker, at=AT)
    with pytest.raises(NotApprovable, match="already"):
        sign(draft, sponsor)


def test_every_step_is_on_record(draft: RubricVersion, maker: User, sponsor: User) -> None:
    ask_for_approval(draft, by=maker, at=AT, note="Ready.")
    sign(draft, sponsor)
    send_back(draft, by=sponsor, at=LATER, note="No.")
    found = AuditEntry.objects.filter(field="thresholds", about_id=draft.pk).order_by("pk")
    assert list(found.values_list("action", "by__username", "reason")) == [
        ("asked for approval", "robin", "Ready."),
        ("approved", "mara", ""),
        ("sent back", "mara", "No."),
    ]
    assert found[1].after == {"total": 10, "fit": 0, "behavior": 10}


def test_only_a_superuser_overrides_a_missing_approval(draft: RubricVersion, maker: User) -> None:
    keep(draft.rubric, facts=QUIET)
    with pytest.raises(GateRefused) as error:
        check_publishable(draft, by=maker, at=AT, override="Now!")
    assert not error.value.may_override
    assert len(error.value.problems) == 2
    assert not AuditEntry.objects.filter(action__startswith="overrode").exists()
    root = User.objects.create_superuser("root")
    check_publishable(draft, by=root, at=AT, override="Now!")
    entries = AuditEntry.objects.filter(action__startswith="overrode").order_by("action")
    assert list(entries.values_list("action", "field", "reason", "by__username")) == [
        ("overrode approval", "approval", "Now!", "root"),
        ("overrode golden leads", "golden_leads.busy-vp", "Now!", "root"),
    ]


def test_a_command_overrides_with_a_reason(draft: RubricVersion) -> None:
    with pytest.raises(GateRefused) as error:
        check_publishable(draft, by=None, at=AT)
    assert error.value.may_override
    check_publishable(draft, by=None, at=AT, override="Restored from a backup.")


def test_what_is_live_says_how_it_got_there(
    version: RubricVersion, draft: RubricVersion, maker: User, sponsor: User
) -> None:
    day = f"{AT:%-d %B %Y}"
    assert published_words(RubricVersion.objects.get(pk=version.pk)) == (
        f"Published on {day}. Nobody approved it: it needed no approval then."
    )
    sign(draft, by=sponsor)
    live = publish_now(draft, by=maker, at=AT)
    assert published_words(live) == f"Published by robin on {day}. mara approved it on {day}."


def test_what_went_live_unapproved_says_who_overrode_it(draft: RubricVersion, maker: User) -> None:
    maker.is_superuser = True
    live = publish_now(draft, by=maker, at=AT, override="The sponsor is away.")
    assert published_words(live).endswith(
        "It lacked the approval it needed. robin overrode that: The sponsor is away."
    )
    live.status = "publishing"
    assert published_words(live).startswith("It is being published. ")
