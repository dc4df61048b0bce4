"""What a preview says, worked out by hand (see previewed.py), and that it comes true."""

from typing import Any

import pytest

from leads.models import Account, JobState, Lead, Product
from rubrics import scores
from rubrics.measures import SpecError
from rubrics.models import AccountScore, Preview, RubricVersion, Score, ScoreChange
from rubrics.previews import PreviewRunning, keeping, running, start_preview
from rubrics.publishing import publish_now
from rubrics.scores import score_due
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.previews.previewed import DRAFT, make_draft, named, run
from tests.rubrics.scored import DAY, DOCUMENT, mark
from tests.rubrics.test_account_scores import member, publish_for_accounts

Leads = dict[str, Lead]


def test_who_enters_leaves_and_stays(leads: Leads, draft: RubricVersion) -> None:
    """Now a, b and d are PQLs (10, 15, 13 of 10); then b, c and d (12, 12, 16 of 12)."""
    preview = run(draft)
    assert preview.state == JobState.DONE
    assert named(preview, leads, "entered") == {"c"}
    assert named(preview, leads, "left") == {"a"}
    assert named(preview, leads, "moved") == {"b", "d"}
    moves = {"entered": 1, "left": 1, "stayed": 2, "moved": 2, "changed": 1}  # f: 5 to 4
    assert preview.tallies["moves"] == moves
    assert (preview.count("now.pqls", "all"), preview.count("then.pqls", "all")) == (3, 3)
    assert (preview.total, preview.done, preview.percent, preview.kept) == (8, 8, 100, 4)  # 2 past


def test_other_thresholds_alone(product: Product, leads: Leads) -> None:
    """Nobody's score differs: 13 and 15 stay, 10 no longer does; at 8 one more would."""
    stricter = {**DOCUMENT, "thresholds": {"total": 12, "fit": 0, "behavior": 10}}
    preview = run(load_rubric(stricter, product=product, by=None, at=AT))
    assert preview.tallies["moves"] == {"left": 1, "stayed": 2}
    row = preview.leads.get()
    assert (row.lead, row.lines, row.weight) == (leads["a"], [], 0)
    assert row.why == "Total: 10, needs 12 instead of 10"
    looser = {**DOCUMENT, "thresholds": {"total": 8, "fit": 0, "behavior": 0}}
    preview = run(load_rubric(looser, product=product, by=None, at=AT))
    assert preview.tallies["moves"] == {"entered": 1, "stayed": 3}


def test_moves_account_for_the_difference_in_pqls(leads: Leads, draft: RubricVersion) -> None:
    preview = run(draft)
    moves = preview.tallies["moves"]
    net = preview.count("then.pqls", "all") - preview.count("now.pqls", "all")
    assert net == moves["entered"] - moves["left"]
    assert preview.count("now.pqls", "all") == moves["stayed"] + moves["left"]


def test_why(leads: Leads, draft: RubricVersion) -> None:
    row = run(draft).leads.get(movement="entered")
    assert (row.now_total, row.then_total, row.now_fit, row.then_behavior) == (8, 12, 0, 12)
    assert (row.weight, row.now_rubric, row.then_rubric) == (4, "small", "small")
    told = [(line["label"], line["now"], line["then"], line["reason"]) for line in row.lines]
    assert told == [
        ("Recent", 3, 8, "Recent in the last 7 days"),
        ("Used", 5, 4, "Used"),
    ]


def test_histograms_and_shares(leads: Leads, draft: RubricVersion) -> None:
    preview = run(draft)
    assert preview.tallies["now.total"] == {str(total): 1 for total in (0, 5, 8, 10, 13, 15)}
    assert preview.tallies["then.total"] == {"0": 1, "4": 1, "8": 1, "12": 2, "16": 1}
    assert preview.tallies["then.behavior"] == preview.tallies["then.total"]
    assert preview.tallies["then.fit"] == {"0": 6}
    assert preview.tallies["seen"] == {"all": 6, "30": 4, "90": 5}
    assert preview.tallies["now.pqls"] == {"all": 3, "30": 1, "90": 2}  # d; b
    assert preview.tallies["then.pqls"] == {"all": 3, "30": 2, "90": 3}  # c, d; b
    assert preview.tallies["now.countries"] == {"DE": 2, "US": 1}
    assert preview.tallies["then.countries"] == {"DE": 2, "US": 1}
    assert preview.tallies["now.short"] == {"2": 1, "5": 1, "10": 1}  # c, f, e
    assert preview.tallies["then.short"] == {"4": 1, "8": 1, "12": 1}  # a, f, e


def test_preview_comes_true_when_published(leads: Leads, draft: RubricVersion) -> None:
    preview = run(draft)
    publish_now(draft, by=None, at=AT)
    while score_due(at=AT):
        pass
    names = {lead.pk: name for name, lead in leads.items()}
    pqls = Score.objects.filter(is_pql=True).values_list("lead_id", flat=True)
    assert {names[pk] for pk in pqls} == {"b", "c", "d"}
    assert len(pqls) == preview.count("then.pqls", "all")


def test_nothing_is_written_that_people_see(leads: Leads, draft: RubricVersion) -> None:
    before = list(Score.objects.order_by("pk").values())
    history = ScoreChange.objects.count()
    run(draft)
    assert list(Score.objects.order_by("pk").values()) == before
    assert ScoreChange.objects.count() == history


def test_lead_without_a_score_enters_with_all_its_lines(
    leads: Leads, draft: RubricVersion, product: Product
) -> None:
    fresh = make_lead(product, hits=[("used", AT)] * 3)
    row = run(draft).leads.get(lead=fresh)
    assert (row.movement, row.now_total, row.then_total, row.now_rubric) == (
        "entered", None, 12, "",
    )  # fmt: skip
    assert [(line["label"], line["now"], line["then"]) for line in row.lines] == [
        ("Used", None, 12)
    ]


FIT = {
    "key": "size", "axis": "fit", "name": "Size", "measure": "number_in_range",
    "attribute": "account.employees", "tiers": [{"ranges": [[50, None]], "points": 5}],
}  # fmt: skip


def test_unknown_fit_is_not_zero(product: Product, leads: Leads) -> None:
    """Then 12 are needed: with 5 for a size nobody told, a (8) could be a PQL."""
    known = make_lead(product, account={"employees": 10}, hits=[("used", AT)] * 2)
    mark(known)
    score_due(at=AT)
    preview = run(make_draft(product, criteria=[*DRAFT["criteria"], FIT]))
    assert preview.count("now.unsure", "all") == 0
    assert preview.count("then.unsure", "all") == 1


def test_bands_and_tiers(product: Product, leads: Leads) -> None:
    bands = [{"at_least": 0, "name": "Cold"}, {"at_least": 12, "name": "Hot"}]
    preview = run(make_draft(product, bands=bands, matrix={"fit": 5, "behavior": 10}))
    assert preview.tallies["then.bands"] == {"Cold": 3, "Hot": 3}
    assert preview.tallies["then.tiers"] == {"2": 3, "4": 3}
    assert "now.bands" not in preview.tallies


LARGE = {"measure": "number_in_range", "attribute": "account.employees", "ranges": [[1000, None]]}


def segment(order: int) -> dict[str, Any]:
    return {"name": "Enterprise", "order": order, "when": [LARGE]}


def test_leads_move_to_a_new_segment(product: Product, leads: Leads) -> None:
    """A draft of a rubric that nothing is published of takes those of its segment, no others."""
    Account.objects.filter(leads=leads["c"]).update(attributes={"employees": 5000})
    preview = run(make_draft(product, rubric="large", name="Large", segment=segment(10)))
    assert preview.tallies["rubrics"] == {"small → Large": 1}
    assert preview.tallies["moves"] == {"entered": 1, "stayed": 3}
    row = preview.leads.get()
    assert (row.lead, row.now_rubric, row.then_rubric) == (leads["c"], "small", "Large")
    publish_now(preview.version, by=None, at=AT)  # type: ignore[arg-type]  # its version is there
    while score_due(at=AT):
        pass
    assert Score.objects.filter(is_pql=True).count() == preview.count("then.pqls", "all")


def test_leads_move_to_another_rubric_when_their_segment_shrinks(
    product: Product, leads: Leads
) -> None:
    """Who falls out of the draft's segment is scored by the default rubric, as it is published."""
    Account.objects.filter(leads=leads["a"]).update(attributes={"employees": 1000})
    Account.objects.filter(leads=leads["d"]).update(attributes={"employees": 5000})
    large = {**DRAFT, "rubric": "large", "name": "Large"}
    first = {**large, "segment": segment(10), "thresholds": {"total": 1, "fit": 0, "behavior": 0}}
    publish_now(load_rubric(first, product=product, by=None, at=AT), by=None, at=AT)
    while score_due(at=AT):
        pass
    narrower = {**LARGE, "ranges": [[2000, None]]}
    second = {**large, "segment": {**segment(10), "when": [narrower]}}
    preview = run(load_rubric(second, product=product, by=None, at=AT))
    assert preview.tallies["rubrics"] == {"Large → small": 1}
    row = preview.leads.get(lead=leads["a"])
    assert (row.movement, row.now_total, row.then_total) == ("moved", 8, 10)
    assert preview.tallies["moves"]["stayed"] == 3


def test_without_a_default_who_is_in_no_segment_leaves(product: Product) -> None:
    first = {**DOCUMENT, "segment": segment(10)}
    publish_now(load_rubric(first, product=product, by=None, at=AT), by=None, at=AT)
    large = make_lead(product, account={"employees": 1500}, hits=[("used", AT)] * 2)
    mark(large)
    score_due(at=AT)
    narrower = {**LARGE, "ranges": [[2000, None]]}
    draft = {**DOCUMENT, "segment": {**segment(10), "when": [narrower]}}
    preview = run(load_rubric(draft, product=product, by=None, at=AT))
    row = preview.leads.get()
    assert (row.movement, row.then_total, row.then_rubric) == ("left", None, "")
    assert preview.tallies["rubrics"] == {"small → no rubric": 1}


def test_accounts(product: Product) -> None:
    """Two people with two uses each: 20 by what is published, 16 by the draft."""
    publish_for_accounts(product)
    acme = Account.objects.create(name="Acme", attributes={"country": "FR"})
    leads = [member(product, acme, hits=2) for _ in range(2)]
    mark(*leads)
    while score_due(at=AT):
        pass
    score = AccountScore.objects.get()
    document = {**published_document(score.version), "thresholds": {"total": 150}}
    preview = run(load_rubric(document, product=product, by=None, at=AT))
    row = preview.leads.get()
    assert (row.account, row.lead, row.movement) == (acme, None, "left")
    assert row.now_total == row.then_total == score.total
    assert preview.tallies["now.countries"] == {"FR": 1}
    assert preview.total == 1


def published_document(version: RubricVersion) -> dict[str, Any]:
    from rubrics.rows import document_of

    return document_of(version)


def test_empty_workspace(product: Product, draft: RubricVersion) -> None:
    preview = run(draft)
    assert (preview.state, preview.total, preview.percent) == (JobState.DONE, 0, 100)
    assert preview.count("then.pqls", "all") == 0


def test_draft_that_cannot_be_scored_starts_nothing(product: Product) -> None:
    draft = make_draft(product)
    draft.criteria.all().delete()
    with pytest.raises(SpecError, match="criteria: list at least one criterion"):
        start_preview(draft, at=AT)
    assert not Preview.objects.exists()


def test_draft_that_does_not_fit_beside_the_others_starts_nothing(
    product: Product, version: RubricVersion
) -> None:
    rival = make_draft(product, rubric="rival")
    with pytest.raises(SpecError, match="give this one a segment"):
        start_preview(rival, at=AT)


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6, 7])
def test_chunks_of_any_size_give_the_same(
    leads: Leads, draft: RubricVersion, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    whole = run(draft)
    monkeypatch.setitem(scores.CHUNK, draft_subject(), size)
    parts = run(draft)
    assert parts.tallies == whole.tallies
    assert list(parts.leads.order_by("lead").values_list("lead", "lines")) == list(
        whole.leads.order_by("lead").values_list("lead", "lines")
    )


def draft_subject() -> Any:
    from rubrics.scoring.types import Subject

    return Subject.LEAD


def test_only_so_many_are_kept_by_name_and_all_are_counted(
    leads: Leads, draft: RubricVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_CROSSING", 1)
    monkeypatch.setattr(keeping, "MOST_MOVED", 1)
    preview = run(draft)
    assert named(preview, leads, "left") == {"a"}
    assert named(preview, leads, "moved") == {"b"}
    assert preview.leads.count() == preview.kept == 2
    assert preview.tallies["moves"]["left"] == preview.tallies["moves"]["entered"] == 1


def test_same_draft_twice(leads: Leads, draft: RubricVersion) -> None:
    first = start_preview(draft, at=AT)
    with pytest.raises(PreviewRunning) as refused:
        start_preview(draft, at=AT)
    assert refused.value.preview == first


def test_edited_draft_stops_the_preview_of_its_earlier_state(
    leads: Leads, draft: RubricVersion
) -> None:
    first = start_preview(draft, at=AT)
    draft.min_total = 16
    draft.save()
    second = start_preview(draft, at=AT)
    first.refresh_from_db()
    assert (first.state, second.state) == (JobState.STOPPED, JobState.RUNNING)


def test_draft_edited_while_its_preview_runs(leads: Leads, draft: RubricVersion) -> None:
    """The preview is of the draft as it was when it began, and says so."""
    preview = start_preview(draft, at=AT)
    assert not running.is_outdated(preview)
    draft.note = "Words make no difference"
    draft.save()
    assert not running.is_outdated(preview)
    draft.min_total = 16
    draft.save()
    assert running.is_outdated(Preview.objects.get())
    while running.preview_some(at=AT, seconds=60):
        pass
    preview.refresh_from_db()
    assert preview.count("then.pqls", "all") == 3


def test_old_previews_are_forgotten(
    product: Product, draft: RubricVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_PREVIEWS", 3)
    old = run(draft, at=AT - 91 * DAY)
    kept = [run(draft, at=AT + number * DAY) for number in range(4)]
    assert not Preview.objects.filter(pk=old.pk).exists()
    assert list(Preview.objects.order_by("pk")) == kept[1:]


def test_previews_go_with_their_draft(leads: Leads, draft: RubricVersion) -> None:
    run(draft)
    draft.delete()
    assert not Preview.objects.exists()
