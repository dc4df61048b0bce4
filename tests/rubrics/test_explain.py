"""Why a score is what it is: the same numbers as were judged, and only hits that counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import AttributeChange, Event, Hit, Lead, LeadChange, Product, Source
from rubrics import evidence, explain, scores
from rubrics.mappers import compiled
from rubrics.models import RubricVersion, Score
from rubrics.publishing import publish_now
from rubrics.scoring.types import Axis
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.stock import written_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
DOCUMENT: dict[str, Any] = {
    "rubric": "small",
    "signals": {"used": {"name": "Used it"}, "viewed": {"name": "Viewed it"}, "other": {}},
    "criteria": [
        {"key": "size", "measure": "number_in_range", "attribute": "account.employees",
         "tiers": [{"ranges": [[50, 500]], "points": 15}]},
        {"key": "known", "axis": "behavior", "measure": "is_present", "attribute": "lead.phone",
         "tiers": [{"points": 2}]},
        {"key": "used", "measure": "count", "signals": ["used"], "window": {"last": "7d"},
         "per_unit": {"points": 30}},
        {"key": "either", "measure": "count",
         "tiers": [{"signals": ["viewed"], "points": 10, "label": "Viewed"},
                   {"signals": ["used"], "points": 3}]},
        {"key": "idle", "role": "silence", "measure": "days_since", "signals": ["viewed"],
         "per_period": {"points": -10, "period": "14d"}},
    ],
}  # fmt: skip


@pytest.fixture
@written_once
def version(product: Product) -> RubricVersion:
    draft = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    return publish_now(draft, by=None, at=AT)


@pytest.fixture
@written_once
def lead(product: Product) -> Lead:
    hits = [
        ("used", AT), ("used", AT - 7 * DAY), ("used", AT - 7 * DAY + MICROSECOND, 4.5),
        ("used", AT + MICROSECOND), ("viewed", AT - 20 * DAY), ("other", AT),
    ]  # fmt: skip
    return make_lead(product, started_at=AT - 60 * DAY, account={"employees": 120}, hits=hits)


def score(lead: Lead, at: datetime = AT) -> Score:
    LeadChange.objects.get_or_create(lead=lead, defaults={"changed_at": at})
    scores.score_due(at=at)
    return Score.objects.get(lead=lead)


def test_breakdown_is_what_was_judged(version: RubricVersion, lead: Lead) -> None:
    stored = score(lead)
    lines = explain.breakdown(stored)
    assert [(line.key, line.points, line.reason) for line in lines] == [
        ("size", 15, "Company size 50–500"),
        ("known", 0, "Phone missing"),
        ("used", 60, "Used it ×2 in the last 7 days"),
        ("either", 10, "Viewed"),
        ("idle", -10, "No “Viewed it” for 20 days"),
    ]
    for axis, total in ((Axis.FIT, stored.fit), (Axis.BEHAVIOR, stored.behavior)):
        assert sum(line.points for line in lines if line.axis is axis) == total
    assert [line.points for line in lines] == stored.points


def test_breakdown_needs_no_query(version: RubricVersion, lead: Lead) -> None:
    stored = score(lead)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        explain.breakdown(stored)
        explain.top_reasons(stored)
    assert len(queries) == 0


def test_breakdown_long_after_decay(version: RubricVersion, lead: Lead) -> None:
    """The stored moment is judged, whenever it is read."""
    stored = score(lead, AT + 200 * DAY)
    lines = explain.breakdown(stored)
    assert sum(line.points for line in lines if line.axis is Axis.BEHAVIOR) == stored.behavior


def test_top_reasons_behavior_first(version: RubricVersion, lead: Lead) -> None:
    stored = score(lead)
    assert [line.key for line in explain.top_reasons(stored)] == ["used", "either", "size"]
    assert [line.key for line in explain.top_reasons(stored, count=1)] == ["used"]


def found(version: RubricVersion, lead: Lead, key: str, **options: Any) -> list[tuple[Any, ...]]:
    return [
        (hit.occurred_at, hit.signal, hit.value)
        for hit in evidence.evidence(
            version.pk, subject_id=lead.pk, criterion_key=key, at=AT, **options
        )
    ]


def test_evidence_respects_the_window(version: RubricVersion, lead: Lead) -> None:
    """(at - 7 d, at]: newest first; neither the hit 7 days old nor the one still to come."""
    assert found(version, lead, "used") == [
        (AT, "Used it", None), (AT - 7 * DAY + MICROSECOND, "Used it", 4.5),
    ]  # fmt: skip
    assert len(found(version, lead, "used", limit=1)) == 1


def test_evidence_of_alternatives_is_of_all(version: RubricVersion, lead: Lead) -> None:
    signals = [signal for _, signal, _ in found(version, lead, "either")]
    assert signals == ["Used it", "Used it", "Used it", "Viewed it"]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("size", id="fit looks at attributes"),
        pytest.param("known", id="so may a criterion of behavior"),
        pytest.param("absent", id="no such criterion"),
    ],
)
def test_evidence_of_no_hits(version: RubricVersion, lead: Lead, key: str) -> None:
    assert found(version, lead, key) == []


def test_evidence_is_of_this_lead_with_its_events(
    version: RubricVersion, product: Product, lead: Lead
) -> None:
    make_lead(product, hits=[("viewed", AT)])
    event = Event.objects.create(
        received_at=AT, occurred_at=AT, kind="track", name="Viewed", message_id="m1", lead=lead,
        source=Source.objects.create(name="Website", product=product),
    )  # fmt: skip
    Hit.objects.filter(lead=lead, signal__key="viewed").update(event_id=event.pk)
    (*_, viewed) = evidence.evidence(version.pk, subject_id=lead.pk, criterion_key="either", at=AT)
    assert viewed.event == event
    assert viewed.occurred_at == AT - 20 * DAY


def history(lead: Lead, employees: object, known_at: datetime) -> None:
    assert lead.account is not None
    if not lead.history.exists():
        AttributeChange.objects.create(
            lead=lead, name="$account", value=lead.account.pk, known_at=AT - 50 * DAY,
            confirmed_at=AT,
        )  # fmt: skip
    AttributeChange.objects.create(
        account=lead.account, name="employees", value=employees, known_at=known_at,
        confirmed_at=known_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "fit", "used"),
    [
        pytest.param(AT - 50 * DAY - MICROSECOND, 0, 0, id="before the company was known"),
        pytest.param(AT - 10 * DAY - MICROSECOND, 0, 0, id="before its size was known"),
        pytest.param(AT - 10 * DAY, 15, 0, id="from the moment its size was known"),
        pytest.param(AT - 7 * DAY, 15, 1, id="a hit at this very moment"),
        pytest.param(AT - 7 * DAY + MICROSECOND, 15, 2, id="later hits do not exist yet"),
        pytest.param(AT - MICROSECOND, 15, 2, id="nor the ones a microsecond later"),
        pytest.param(AT, 0, 2, id="from now on the company is too large"),
    ],
)
def test_score_as_of(version: RubricVersion, lead: Lead, at: datetime, fit: int, used: int) -> None:
    history(lead, 120, AT - 10 * DAY)
    history(lead, 5000, AT)
    scored = explain.score_as_of(version.pk, subject_id=lead.pk, at=at)
    assert scored is not None
    assert scored.at == at
    assert (scored.judgement.fit, scored.measured.values[2]) == (fit, used)
    assert sum(line.points for line in scored.lines if line.axis is Axis.FIT) == fit


def test_score_as_of_now_is_the_stored_score(version: RubricVersion, lead: Lead) -> None:
    history(lead, 120, AT - 10 * DAY)
    stored = score(lead)
    scored = explain.score_as_of(version.pk, subject_id=lead.pk, at=AT)
    assert scored is not None
    assert list(scored.measured.values) == stored.measures
    assert list(scored.judgement.points) == stored.points
    assert scored.lines == explain.breakdown(stored)


def test_score_as_of_who_does_not_try_the_product(version: RubricVersion) -> None:
    stranger = Lead.objects.create()
    assert explain.score_as_of(version.pk, subject_id=stranger.pk, at=AT) is None


def test_hit_of_another_product_counts_for_nothing(version: RubricVersion, lead: Lead) -> None:
    other = Product.objects.create(key="other", name="Other")
    load_rubric({**DOCUMENT, "rubric": "elsewhere"}, product=other, by=None, at=AT)
    make_hits(other, lead.pk, [("used", AT)] * 5)
    assert score(lead).measures[2] == 2
    assert len(found(version, lead, "used")) == 2


def test_compiled_is_cached_once_published(product: Product) -> None:
    draft = load_rubric(DOCUMENT, product=product, by=None, at=datetime.now(UTC))
    assert compiled(draft.pk) is not compiled(draft.pk)
    publish_now(draft, by=None, at=AT)
    assert compiled(draft.pk) is compiled(draft.pk)
