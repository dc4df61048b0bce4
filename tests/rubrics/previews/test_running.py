"""Previews killed, resumed, stopped and overtaken."""

import pytest

from leads import jobs
from leads.models import JobState, Lead, LeadChange
from rubrics import scores
from rubrics.models import Preview, RubricVersion
from rubrics.previews import preview_some, running, start_preview
from rubrics.previews.looking import look
from rubrics.publishing import publish_now
from rubrics.scoring.types import Subject
from rubrics.services import draft_version
from tests.rubrics.makers import AT
from tests.rubrics.previews.previewed import named, run
from tests.rubrics.scored import DAY, mark

Leads = dict[str, Lead]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scores.CHUNK, Subject.LEAD, 2)


def test_killed_preview_goes_on_where_it_was(leads: Leads, draft: RubricVersion) -> None:
    preview = start_preview(draft, at=AT)
    assert preview_some(at=AT, seconds=0)
    preview.refresh_from_db()
    assert (preview.done, preview.after, preview.at) == (2, leads["b"].pk, AT)
    while preview_some(at=AT + DAY, seconds=0):
        pass
    preview.refresh_from_db()
    assert (preview.state, preview.done, preview.at) == (JobState.DONE, 8, AT)
    assert named(preview, leads, "entered") == {"c"}
    assert preview.tallies == run(draft).tallies


def test_stopped_preview_keeps_what_it_found(leads: Leads, draft: RubricVersion) -> None:
    preview = start_preview(draft, at=AT)
    preview_some(at=AT, seconds=0)
    assert jobs.stop(preview, at=AT)
    assert not preview_some(at=AT, seconds=60)
    preview.refresh_from_db()
    assert (preview.state, preview.done) == (JobState.STOPPED, 2)
    assert named(preview, leads, "left") == {"a"}


def test_chunk_of_a_preview_that_was_stopped_meanwhile_is_not_kept(
    leads: Leads, draft: RubricVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = start_preview(draft, at=AT)

    def stopped_meanwhile(*args: object, **values: object) -> object:
        jobs.stop(preview, at=AT)
        return look(*args, **values)  # type: ignore[arg-type]  # values of several kinds

    monkeypatch.setattr(running, "look", stopped_meanwhile)
    preview_some(at=AT, seconds=60)
    preview.refresh_from_db()
    assert (preview.done, preview.tallies, preview.leads.count()) == (0, {}, 0)


def test_publish_meanwhile_fails_the_preview(
    leads: Leads, draft: RubricVersion, version: RubricVersion
) -> None:
    preview = start_preview(draft, at=AT)
    preview_some(at=AT, seconds=0)
    publish_now(draft_version(version, by=None, at=AT), by=None, at=AT)
    preview_some(at=AT, seconds=60)
    preview.refresh_from_db()
    assert preview.state == JobState.FAILED
    assert preview.problem == "Another version was published meanwhile. Start the preview again."


def test_signal_that_went_away_fails_the_preview(leads: Leads, draft: RubricVersion) -> None:
    preview = start_preview(draft, at=AT)
    document = {**preview.document, "activity_signals": ["gone"]}
    Preview.objects.update(document=document)
    preview_some(at=AT, seconds=60)
    preview.refresh_from_db()
    assert preview.state == JobState.FAILED
    assert "signals: the product has no signal gone" in preview.problem


def test_preview_gives_way_to_scoring(leads: Leads, draft: RubricVersion) -> None:
    preview = start_preview(draft, at=AT)
    mark(leads["a"], at=AT - DAY)
    assert not preview_some(at=AT, seconds=60, gives_way=True)
    LeadChange.objects.all().delete()
    assert preview_some(at=AT, seconds=60, gives_way=True)
    preview.refresh_from_db()
    assert preview.state == JobState.DONE
