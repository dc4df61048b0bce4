"""A version goes live: scored out of sight, flipped at once, cancelled, gone back from."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from leads.models import AuditEntry, JobState, Lead, LeadChange, Product
from rubrics import publishing
from rubrics.claims import LEADS
from rubrics.errors import PublicationEnded, VersionNotPublishable, VersionNotRetirable
from rubrics.models import NextScore, Publication, RubricVersion, Score, ScoreChange
from rubrics.proof.comparing import Tally, compare
from rubrics.publishing.flipping import flip
from rubrics.scores import rescore, score_due
from rubrics.services import draft_version, load_rubric
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.publishing.conftest import DOUBLE, LATER
from tests.rubrics.scored import DAY, mark, results

COLUMNS = ("lead_id", "version_id", "due_at", "fit", "behavior", "total", "is_pql", "points")


def start(draft: RubricVersion, reason: str = "") -> Publication:
    return publishing.publish_version(draft, by=None, at=LATER, reason=reason)


def fill_some() -> bool:
    """One chunk."""
    return publishing.publish_some(at=LATER, seconds=0)


def prove(leads: Sequence[Lead]) -> Tally:
    return compare(LEADS, [lead.pk for lead in leads], at=LATER + timedelta(minutes=1))


def stored() -> list[tuple[object, ...]]:
    return list(Score.objects.order_by("lead_id").values_list(*COLUMNS))


def status(version: RubricVersion) -> str:
    return RubricVersion.objects.get(pk=version.pk).status


def test_people_see_the_version_before_until_all_is_done(
    leads: list[Lead], version: RubricVersion, draft: RubricVersion
) -> None:
    before = stored()
    publication = start(draft)
    assert (publication.total, publication.replaces, status(draft)) == (12, version, "publishing")
    for done in (5, 10, 12):
        assert fill_some()
        publication.refresh_from_db()
        assert (publication.done, publication.state) == (done, JobState.RUNNING)
        assert stored() == before
        assert NextScore.objects.count() == done
    assert prove(leads) == Tally(checked=12)
    assert fill_some()
    publication.refresh_from_db()
    assert (publication.state, publication.flipped_at is not None) == (JobState.DONE, True)
    assert [status(one) for one in (version, draft)] == ["retired", "published"]
    assert results() == {lead.pk: 10 * (n % 4) for n, lead in enumerate(leads)}
    assert prove(leads) == Tally(checked=12)
    assert not LeadChange.objects.exists()
    assert not fill_some()


def test_flip_tells_who_became_a_pql_and_who_is_none_any_more(
    leads: list[Lead], version: RubricVersion, draft: RubricVersion
) -> None:
    publishing.finish_now(start(draft), at=LATER)
    publication = Publication.objects.get(version=draft)
    assert (publication.entered, publication.left) == (3, 0)  # 5 points before, 10 now
    crossed = ScoreChange.objects.filter(publication=publication, crossed=True)
    assert set(crossed.values_list("lead_id", flat=True)) == {leads[n].pk for n in (1, 5, 9)}
    assert {change.at for change in crossed} == {publication.flipped_at}
    assert set(ScoreChange.objects.unrouted().filter(publication=publication)) == set(crossed)
    publishing.finish_now(
        publishing.roll_back(version, by=None, at=LATER, reason="Too many."), at=LATER
    )
    back = Publication.objects.get(version=version, kind="rollback")
    assert (back.entered, back.left) == (0, 3)
    lost = ScoreChange.objects.filter(publication=back, lost=True)
    assert set(lost.values_list("lead_id", flat=True)) == {leads[n].pk for n in (1, 5, 9)}


def test_roll_back_gives_the_old_scores(
    leads: list[Lead], version: RubricVersion, draft: RubricVersion
) -> None:
    user = User.objects.create(username="rita")
    before = stored()
    publishing.publish_now(draft, by=None, at=LATER)
    with pytest.raises(VersionNotPublishable, match="Say why you go back"):
        publishing.roll_back(version, by=user, at=LATER, reason=" ")
    publication = publishing.roll_back(version, by=user, at=LATER, reason="Too many.")
    assert status(version) == "publishing"
    publishing.finish_now(publication, at=LATER)
    assert [status(one) for one in (version, draft)] == ["published", "retired"]
    assert stored() == before
    assert prove(leads) == Tally(checked=12)
    entry = AuditEntry.objects.get(action="rolled back")
    assert (entry.by, entry.before, entry.after, entry.reason) == (user, 2, 1, "Too many.")


def test_only_what_scored_before_is_gone_back_to(
    leads: list[Lead], version: RubricVersion, draft: RubricVersion
) -> None:
    with pytest.raises(VersionNotPublishable, match="never scored; publish it instead"):
        publishing.roll_back(draft, by=None, at=LATER, reason="Why not")
    with pytest.raises(VersionNotPublishable, match="is published already"):
        publishing.roll_back(version, by=None, at=LATER, reason="Why not")


def test_first_version_is_live_at_once(product: Product, version: RubricVersion) -> None:
    publication = Publication.objects.get()
    assert (publication.state, publication.flipped_at, publication.replaces) == ("done", AT, None)
    make_lead(product)
    second = publishing.publish_version(
        draft_version(version, by=None, at=AT), by=None, at=LATER
    )  # there are leads, but nobody has seen a score
    assert (second.state, second.replaces) == ("done", version)
    assert LeadChange.objects.count() == 1


def test_first_version_tells_who_was_there_in_its_digest(
    product: Product, version: RubricVersion
) -> None:
    """Hundreds of PQLs that a first version finds are no hundreds of alerts; later ones are."""
    there = make_lead(product, started_at=AT - DAY, hits=[("used", AT - DAY)] * 2)
    mark(there)
    score_due(at=LATER)
    came = make_lead(product, started_at=LATER, hits=[("used", LATER)] * 2)
    late = make_lead(product, started_at=AT - DAY, hits=[("used", AT + DAY)] * 2)
    mark(came, late)
    score_due(at=AT + DAY)
    crossed = ScoreChange.objects.filter(crossed=True)
    told = dict(crossed.values_list("lead_id", "publication__version"))
    assert told == {there.pk: version.pk, came.pk: None, late.pk: None}


def test_what_changes_meanwhile_is_scored_by_both(
    leads: list[Lead], product: Product, draft: RubricVersion
) -> None:
    start(draft)
    fill_some()
    early, late = leads[0], leads[11]
    for lead in (early, late):
        make_hits(product, lead.pk, [("used", AT)])
    new = make_lead(product, hits=[("used", AT)] * 3)
    mark(early, late, new, at=LATER)
    assert prove([*leads, new]).findings == []
    score_due(at=LATER)
    assert [results()[lead.pk] for lead in (early, late, new)] == [5, 20, 15]
    assert prove([*leads, new]) == Tally(checked=13)
    while fill_some():
        pass
    assert [results()[lead.pk] for lead in (early, late, new)] == [10, 40, 30]
    assert prove([*leads, new]) == Tally(checked=13)


def test_leads_that_come_between_fill_and_flip(
    leads: list[Lead], product: Product, draft: RubricVersion
) -> None:
    publication = start(draft)
    for _ in range(3):
        fill_some()
    scored, waiting = (make_lead(product, hits=[("used", AT)]) for _ in range(2))
    mark(scored, at=LATER)
    score_due(at=LATER)
    mark(waiting, at=LATER)
    assert flip(Publication.objects.get(pk=publication.pk), at=LATER)
    assert results()[scored.pk] == 10
    assert waiting.pk not in results()
    score_due(at=LATER)
    assert results()[waiting.pk] == 10
    assert prove([*leads, scored, waiting]) == Tally(checked=14)


def test_lead_that_leaves_meanwhile_has_no_score_afterwards(
    leads: list[Lead], draft: RubricVersion
) -> None:
    start(draft)
    fill_some()
    leads[0].trials.all().delete()
    mark(leads[0], at=LATER)
    score_due(at=LATER)
    assert not NextScore.objects.filter(lead=leads[0]).exists()
    while fill_some():
        pass
    assert leads[0].pk not in results()
    assert prove(leads) == Tally(checked=11)


def test_buffer_is_due_as_scores_are(
    leads: list[Lead], product: Product, version: RubricVersion
) -> None:
    """What time alone changes by the coming version only is not stale when it goes live."""
    soon = [{**DOUBLE["criteria"][0], "window": {"last": "20d"}}]  # the hits are 20 days old
    draft = load_rubric({**DOUBLE, "criteria": soon}, product=product, by=None, at=AT)
    publishing.publish_version(draft, by=None, at=AT - DAY)
    assert publishing.publish_some(at=AT - DAY, seconds=0)
    assert NextScore.objects.filter(lead=leads[3]).get().total == 30
    assert score_due(at=LATER) >= 1
    assert NextScore.objects.filter(lead=leads[3]).get().total == 0


def test_interrupted_anywhere_it_goes_on(leads: list[Lead], draft: RubricVersion) -> None:
    publication = start(draft)
    fill_some()
    # A worker was killed: its lease has run out, its chunk is undone.
    Publication.objects.update(claimed_until=LATER + timedelta(seconds=5))
    assert not fill_some()
    later = LATER + timedelta(seconds=10)
    assert publishing.publish_some(at=later, seconds=60)
    publication.refresh_from_db()
    assert (publication.state, publication.done) == (JobState.DONE, 12)
    assert prove(leads) == Tally(checked=12)


def test_cancel_leaves_everything_as_it_was(leads: list[Lead], draft: RubricVersion) -> None:
    user = User.objects.create(username="rita")
    before = stored()
    publication = start(draft)
    fill_some()
    publishing.cancel_publication(publication, by=user, at=LATER, reason="A typo.")
    assert status(draft) == "draft"
    assert stored() == before
    assert not fill_some()
    publishing.sweep_buffers(seconds=5)
    assert not NextScore.objects.exists()
    entry = AuditEntry.objects.get(action="publish cancelled")
    assert (entry.by, entry.label, entry.reason) == (user, "small v2", "A typo.")
    with pytest.raises(PublicationEnded, match="not going live any more"):
        publishing.cancel_publication(publication, by=user, at=LATER)
    # Edited meanwhile, it is scored by what it says now.
    draft.criteria.filter(key="used").update(points_each=20)
    publishing.publish_now(draft, by=None, at=LATER)
    assert results()[leads[1].pk] == 20
    with pytest.raises(PublicationEnded, match="not going live any more"):
        publishing.cancel_publication(Publication.objects.latest("pk"), by=user, at=LATER)


def test_cancelled_rollback_leaves_the_version_retired(
    leads: list[Lead], version: RubricVersion, draft: RubricVersion
) -> None:
    publishing.publish_now(draft, by=None, at=LATER)
    publication = publishing.roll_back(version, by=None, at=LATER, reason="Too many.")
    publishing.cancel_publication(publication, by=None, at=LATER)
    assert [status(one) for one in (version, draft)] == ["retired", "published"]


def test_nothing_else_of_the_product_changes_meanwhile(
    leads: list[Lead], product: Product, version: RubricVersion, draft: RubricVersion
) -> None:
    start(draft)
    fill_some()
    other = load_rubric({**DOUBLE, "rubric": "other"}, product=product, by=None, at=AT)
    words = r"small v2 is going live \(41 % done\)"
    with pytest.raises(VersionNotPublishable, match=words):
        publishing.publish_version(other, by=None, at=LATER)
    with pytest.raises(VersionNotRetirable, match=words):
        publishing.retire_version(version, by=None, at=LATER)
    elsewhere = Product.objects.create(key="other", name="Other")
    free = load_rubric({**DOUBLE, "rubric": "free"}, product=elsewhere, by=None, at=AT)
    assert publishing.publish_now(free, by=None, at=LATER).status == "published"


def test_publication_that_fails_leaves_a_draft(
    leads: list[Lead], draft: RubricVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    publication = start(draft)
    monkeypatch.setattr("rubrics.publishing.filling.score_panel", breaks)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            fill_some()
    assert not fill_some()
    publication.refresh_from_db()
    assert publication.state == JobState.FAILED
    assert status(draft) == "draft"
    with pytest.raises(VersionNotPublishable, match=r"did not go live\. It went wrong"):
        publishing.finish_now(publication, at=LATER)


def test_rescore_by_a_version_that_was_replaced_writes_nothing(
    leads: list[Lead], version: RubricVersion, draft: RubricVersion
) -> None:
    publishing.publish_now(draft, by=None, at=LATER)
    before = stored()
    assert rescore(version=version, at=LATER) == 0
    assert stored() == before


def test_publishing_is_in_the_audit_log(leads: list[Lead], draft: RubricVersion) -> None:
    user = User.objects.create(username="rita")
    publication = publishing.publish_version(draft, by=user, at=LATER, reason="Counts double.")
    assert not AuditEntry.objects.filter(about_id=draft.pk, action="published").exists()
    publishing.finish_now(publication, at=LATER)
    entry = AuditEntry.objects.get(about_id=draft.pk, action="published")
    assert (entry.by, entry.before, entry.after, entry.reason) == (user, 1, 2, "Counts double.")
    publishing.retire_version(draft, by=user, at=LATER, reason="Closed.")
    retired = AuditEntry.objects.get(action="retired")
    assert (retired.by, retired.label, retired.reason) == (user, "small v2", "Closed.")
