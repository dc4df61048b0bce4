"""Numbers read from stored scores are those that measuring would find."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from leads.models import Lead, Product
from rubrics.documents import parse_document
from rubrics.mappers import compiled
from rubrics.measures.subjects import LeadIds
from rubrics.models import Preview, Score
from rubrics.previews import looking
from rubrics.previews.known import read_known, reading_of
from rubrics.previews.reading import read_now
from rubrics.scores import score_due
from rubrics.scoring.types import Measured, Subject
from rubrics.services import load_rubric
from tests.oracle.facts import Person
from tests.oracle.strategies import SIGNALS
from tests.rubrics.engine import (
    MICROSECOND,
    answer,
    candidates,
    compile_document,
    frozen_attributes,
    generated,
)
from tests.rubrics.makers import AT, make_hits, make_product, rolled_back, store_persons
from tests.rubrics.previews.previewed import DRAFT, run
from tests.rubrics.scored import DAY, DOCUMENT, mark
from tests.rubrics.test_oracle_property import worlds

pytestmark = pytest.mark.django_db
Leads = dict[str, Lead]


@generated
@given(world=worlds(3))
def test_as_measuring_finds_them_until_they_are_due(
    world: tuple[datetime, Mapping[str, Any], list[Person]],
) -> None:
    at, document, people = world
    people = [frozen_attributes(person, at) for person in people if person.started_at <= at]
    with rolled_back():
        product = make_product(*SIGNALS)
        spec = compile_document(document, product)
        reading = reading_of(spec.version, spec.version)
        ids = store_persons(people, product)
        answers = answer(spec, LeadIds(ids, at))
        for lead_id, person in zip(ids, people, strict=True):
            numbers, judgement = answers[lead_id]
            due = at + timedelta(days=400)
            if judgement.next_us is not None:
                due = min(due, at + timedelta(microseconds=judgement.next_us))
            for moment in candidates(person, at, due)[::16]:
                if reading is None:  # something fades
                    continue
                elapsed = (moment - at) // MICROSECOND
                later = reading.later(numbers.values, numbers.idle_us, elapsed)
                fresh, _ = answer(spec, LeadIds([lead_id], moment), looks_ahead=False)[lead_id]
                assert later == fresh, (person, moment)


def known(product: Product, document: Mapping[str, Any], at: datetime) -> dict[int, Measured]:
    draft = compile_document(document, product)
    scored_by = {score.version_id for score in Score.objects.all()}

    rows = read_now(Subject.LEAD, product.pk, 0, 10**9)
    return read_known(draft, {pk: compiled(pk) for pk in scored_by}, rows, at=at)


POINTS: dict[str, Any] = {
    **DOCUMENT,
    "thresholds": {"total": 12, "fit": 0, "behavior": 0},
    "criteria": [
        {**criterion, "tiers": [{**tier, "points": 7} for tier in criterion["tiers"]]}
        if "tiers" in criterion
        else criterion
        for criterion in DOCUMENT["criteria"]
    ],
}
"""The published rubric with other points: it measures nothing else."""


def told(preview: Preview) -> tuple[object, ...]:
    rows = preview.leads.order_by("lead").values_list("lead", "movement", "then_total", "lines")
    return preview.tallies, list(rows)


def test_other_points_are_not_measured_anew(
    product: Product, leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And come to the same as by measuring everybody, days later."""
    at = AT + 3 * DAY
    version = load_rubric(POINTS, product=product, by=None, at=AT)
    with monkeypatch.context() as patch:
        patch.setattr(looking, "read_known", lambda *args, **kwargs: {})
        measured = told(run(version, at=at))
    Preview.objects.all().delete()
    monkeypatch.setattr(looking, "measure", lambda *args, **kwargs: pytest.fail("measured"))
    assert told(run(version, at=at)) == measured


def test_whose_facts_changed_is_measured(product: Product, leads: Leads) -> None:
    assert set(known(product, POINTS, AT)) == {lead.pk for lead in leads.values()}
    mark(leads["a"])
    assert leads["a"].pk not in known(product, POINTS, AT)


def test_who_is_due_is_measured(product: Product, leads: Leads) -> None:
    """A recent use leaves its window after seven days, and the score is due then."""
    due = Score.objects.get(lead=leads["c"]).due_at
    assert due is not None
    assert leads["c"].pk in known(product, POINTS, due - MICROSECOND)
    assert leads["c"].pk not in known(product, POINTS, due)


def test_who_was_scored_later_than_the_preview_is_measured(product: Product, leads: Leads) -> None:
    make_hits(product, leads["b"].pk, [("used", AT + DAY)])
    mark(leads["b"])
    while score_due(at=AT + 2 * DAY):
        pass
    assert leads["b"].pk not in known(product, POINTS, AT + DAY)


def test_other_numbers_are_measured() -> None:
    published = parse_document(DOCUMENT)
    assert reading_of(parse_document(POINTS), published) is not None
    assert reading_of(replace(published, activity_signals=("recent",)), published) is None
    other = {**DRAFT["criteria"][1], "window": {"last": "8d"}}
    draft = {**DRAFT, "criteria": [DRAFT["criteria"][0], other]}
    assert reading_of(parse_document(draft), published) is None
