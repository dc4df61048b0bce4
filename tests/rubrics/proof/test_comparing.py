"""What a proof finds, and what it must not take for a mismatch."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from leads.merging import merge_leads
from leads.models import AttributeChange, Lead, LeadChange, Product, Trial
from leads.services import set_attributes
from rubrics.measures.statement import measure
from rubrics.models import RubricVersion, Score
from rubrics.proof import comparing
from rubrics.proof.comparing import Tally, compare_leads
from rubrics.proof.reading import next_leads
from rubrics.scores import MAX_ATTEMPTS, score_due
from rubrics.services import draft_version, publish_version
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import DAY, mark, publish_small

Leads = list[Lead]


def prove(at: Any = AT) -> Tally:
    return compare_leads(next_leads(0, 100), at=at)


def found(tally: Tally) -> list[tuple[str, int]]:
    return [(finding.kind.value, finding.subject_id) for finding in tally.findings]


def test_clean_world_proves_nothing_mismatched(leads: Leads) -> None:
    assert prove() == Tally(checked=6)
    assert Score.objects.filter(total__gt=10).exists()


def test_scores_that_are_due_are_held_to_their_own_moment(leads: Leads) -> None:
    """The hit dated in the future came into force, and nobody has scored since."""
    assert prove(AT + 2 * DAY) == Tally(checked=6, overdue=5)


@pytest.mark.parametrize(
    ("tampered", "told"),
    [
        pytest.param({"behavior": F("behavior") + 1}, "Behavior: 9, 8", id="behavior"),
        pytest.param({"fit": 9}, "Fit: 9, 10", id="fit"),
        pytest.param({"fit_high": 50}, "Highest fit possible: 50, 10", id="possible fit"),
        pytest.param({"is_pql": True}, "PQL: yes, no", id="verdict"),
        pytest.param({"points": [5, 4, 10]}, "Points for Recent: 4, 3", id="points"),
        pytest.param({"points": [5]}, "Points for Recent: nothing, 3", id="points missing"),
        pytest.param({"measures": [2, 1, 1]}, "Measured for Used: Used ×2, Used", id="measure"),
        pytest.param({"measures": []}, "Numbers measured: 0, 3", id="measures missing"),
        pytest.param(
            {"due_at": None}, "Next change by time: never, 2026-04-01 12:00:00.000000", id="due"
        ),
        pytest.param(
            {"last_activity_at": F("last_activity_at") + timedelta(microseconds=1)},
            "Last activity: 2026-03-25 12:00:00.000001+00:00, 2026-03-25 12:00:00.000000+00:00",
            id="last activity",
        ),
    ],
)
def test_tampered_score_is_found_and_told(leads: Leads, tampered: Any, told: str) -> None:
    Score.objects.filter(lead=leads[0]).update(**tampered)
    tally = prove()
    assert found(tally) == [("differs", leads[0].pk)]
    words = [
        f"{what}: {was}, {should_be}" for what, was, should_be in tally.findings[0].differences
    ]
    assert any(line.startswith(told) for line in words), words


def test_score_that_time_changed_although_it_was_not_due(
    leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A due date that is wrong by the engine's own reckoning shows once its day has come."""
    Score.objects.filter(lead=leads[0]).update(due_at=None)
    monkeypatch.setattr(comparing, "is_same", lambda *_: True)
    tally = prove(AT + 2 * DAY)
    assert found(tally) == [("outdated", leads[0].pk)]
    assert ("Behavior", "8", "10") in tally.findings[0].differences


def test_missing_score(leads: Leads) -> None:
    Score.objects.filter(lead=leads[2]).delete()
    tally = prove()
    assert found(tally) == [("missing", leads[2].pk)]
    assert tally.checked == 6


@pytest.mark.parametrize("gone", ["trial", "lead"])
def test_superfluous_score(leads: Leads, gone: str) -> None:
    if gone == "trial":
        Trial.objects.filter(lead=leads[1]).delete()
    else:
        Lead.objects.filter(pk=leads[1].pk).update(merged_into=leads[0])
    assert found(prove()) == [("superfluous", leads[1].pk)]


def test_score_by_another_version_than_the_published_one(
    leads: Leads, version: RubricVersion
) -> None:
    publish_version(draft_version(version, by=None, at=AT), by=None, at=AT)
    assert prove() == Tally(waiting=6)
    LeadChange.objects.filter(lead=leads[0]).delete()
    tally = prove()
    assert found(tally) == [("version", leads[0].pk)]
    assert tally.findings[0].differences == (("Version", "1", "2"),)


def test_leads_with_an_open_change_wait(leads: Leads, product: Product) -> None:
    make_hits(product, leads[0].pk, [("used", AT - DAY)])
    mark(leads[0], make_lead(product))
    assert prove() == Tally(checked=5, waiting=2)


def test_hit_without_a_mark_is_found(leads: Leads, product: Product) -> None:
    make_hits(product, leads[0].pk, [("used", AT - DAY)])
    assert found(prove()) == [("differs", leads[0].pk)]


def test_leads_that_scoring_gave_up_are_no_longer_waited_for(
    leads: Leads, product: Product
) -> None:
    fresh = make_lead(product)
    mark(leads[0], fresh)
    LeadChange.objects.update(attempts=MAX_ATTEMPTS, claimed_until=AT + DAY)
    assert prove() == Tally(checked=5, waiting=2)  # the last attempt is under way
    LeadChange.objects.update(claimed_until=AT - DAY)
    tally = prove()
    assert sorted(found(tally)) == [("given_up", leads[0].pk), ("given_up", fresh.pk)]


def test_attributes_are_read_from_their_history(leads: Leads) -> None:
    """The newest values stand on the lead; that they do is part of what is proven."""
    Lead.objects.filter(pk=leads[0].pk).update(attributes={"title": "Engineer"})
    assert found(prove(AT - DAY)) == []
    AttributeChange.objects.filter(lead=leads[1]).update(value="Engineer")
    assert found(prove()) == [("outdated", leads[0].pk), ("differs", leads[1].pk)]


def test_statement_dated_ahead_counts_as_it_does_when_scoring(leads: Leads) -> None:
    """A browser's clock runs ahead; its traits count at once, and that is no mismatch."""
    set_attributes(lead=leads[0], attributes={"title": "Engineer"}, at=AT + timedelta(minutes=5))
    score_due(at=AT)
    assert Score.objects.get(lead=leads[0]).fit == 0
    assert prove() == Tally(checked=6)
    assert prove(AT + timedelta(minutes=6)) == Tally(checked=6)


def test_merged_leads_have_no_score_and_the_winner_is_right(leads: Leads) -> None:
    merge_leads(winner=leads[0], loser=leads[1], reason="test", at=AT)
    assert prove() == Tally(checked=4, waiting=2)
    score_due(at=AT)
    assert prove() == Tally(checked=5)


def test_only_one_rubric(leads: Leads) -> None:
    other = Product.objects.create(key="other", name="Other")
    rubric = publish_small(other).rubric
    mark(make_lead(other, hits=[("used", AT)]))
    score_due(at=AT)
    Score.objects.update(behavior=99)
    tally = compare_leads(next_leads(0, 100), at=AT, rubric_id=rubric.pk)
    assert (tally.checked, len(tally.findings)) == (1, 1)
    assert prove().checked == 7


def test_who_cannot_be_derived_is_named_and_the_others_are_compared(
    leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:

    def failing(version: Any, subjects: Any, **options: Any) -> Any:
        for lead_id, measured in measure(version, subjects, **options):
            if lead_id == leads[3].pk:
                raise OverflowError("too much")
            yield lead_id, measured

    monkeypatch.setattr(comparing, "measure", failing)
    tally = prove()
    assert tally.checked == 6
    assert found(tally) == [("underivable", leads[3].pk)]
    assert tally.findings[0].differences == (("Derived again", "", "OverflowError: too much"),)


def test_next_leads_miss_nobody(leads: Leads, product: Product) -> None:
    """By trial or by score, whoever has several of either."""
    other = Product.objects.create(key="other", name="Other")
    publish_small(other)
    for lead in leads[:3]:
        Trial.objects.create(lead=lead, product=other, started_at=AT)
    mark(*leads)
    score_due(at=AT)
    Trial.objects.filter(lead=leads[4]).delete()
    Score.objects.filter(lead=leads[5]).delete()
    walked: list[int] = []
    while part := next_leads(walked[-1] if walked else 0, 2):
        walked += part
    assert walked == [lead.pk for lead in leads]
