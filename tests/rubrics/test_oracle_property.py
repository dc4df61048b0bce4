"""The engine (measure in SQL, judge in Python) against the plain oracle, on generated cases."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from leads.models import Product
from rubrics.measures.subjects import LeadIds, LeadRange, Moments
from tests.oracle.facts import Known, OracleHit, Person
from tests.oracle.judging import judge
from tests.oracle.sections import full_documents
from tests.oracle.strategies import MOMENTS, SIGNALS, ZONES, documents, persons
from tests.rubrics.engine import (
    answer,
    assert_lines_sum,
    candidates,
    compare_values,
    compile_document,
    frozen_attributes,
    generated,
    verdict,
    without_points,
)
from tests.rubrics.makers import make_product, rolled_back, store_persons

pytestmark = pytest.mark.django_db
Spec = Mapping[str, Any]


@pytest.fixture
def product() -> Product:
    return make_product(*SIGNALS)


@st.composite
def worlds(draw: st.DrawFn, most: int = 8) -> tuple[datetime, Spec, list[Person]]:
    at = draw(st.sampled_from(MOMENTS))
    people = draw(st.lists(persons(at), min_size=1, max_size=most))
    return at, draw(full_documents()), people


@generated
@given(world=worlds(), zone=st.sampled_from(ZONES))
def test_engine_equals_oracle(
    world: tuple[datetime, Spec, list[Person]], zone: str, product: Product
) -> None:
    """Values, points, fit range, behavior, total and verdict; in any time zone of the session."""
    at, document, people = world
    compiled = compile_document(document, product)
    with rolled_back():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        ids = store_persons(people, product)
        answers = answer(compiled, LeadIds(ids, at))
        assert sorted(answers) == ids
        for lead_id, person in zip(ids, people, strict=True):
            numbers, judgement = answers[lead_id]
            compare_values(compiled, document, numbers, person, at)
            assert verdict(compiled, judgement) == judge(document, person, at), (document, person)
            assert_lines_sum(compiled, numbers, judgement)
            assert judgement.behavior >= 0
            assert judgement.next_us is None or judgement.next_us > 0


@generated
@given(world=worlds())
def test_forms_of_subjects_agree(
    world: tuple[datetime, Spec, list[Person]], product: Product
) -> None:
    """By id, by range and each at its moment; looking ahead or not: the same numbers."""
    at, document, people = world
    compiled = compile_document(document, product)
    with rolled_back():
        ids = store_persons(people, product)
        for as_of in (True, False):
            by_id = answer(compiled, LeadIds(ids, at), as_of=as_of)
            assert answer(compiled, LeadRange(ids[0], ids[-1], at), as_of=as_of) == by_id
            moments = Moments([(lead_id, at) for lead_id in ids])
            assert answer(compiled, moments, as_of=as_of) == by_id
            one_by_one = [answer(compiled, LeadIds([i], at), as_of=as_of)[i] for i in ids[:2]]
            assert one_by_one == [by_id[i] for i in ids[:2]]
        behind = answer(compiled, LeadIds(ids, at), as_of=False, looks_ahead=False)
        for lead_id, (numbers, _) in behind.items():
            assert numbers.values == by_id[lead_id][0].values
            assert numbers.next_us is None


@generated
@given(world=worlds(), data=st.data())
def test_each_lead_at_its_own_moment(
    world: tuple[datetime, Spec, list[Person]], data: st.DataObject, product: Product
) -> None:
    """A backtest's subjects: later hits and later attributes are not seen."""
    at, document, people = world
    compiled = compile_document(document, product)
    with rolled_back():
        ids = store_persons(people, product)
        ages = st.integers(-40, 40).map(lambda days: at + timedelta(days=days))
        moments = [(lead_id, data.draw(ages)) for lead_id in ids]
        answers = answer(compiled, Moments(moments))
        for (lead_id, moment), person in zip(moments, people, strict=True):
            numbers, judgement = answers[lead_id]
            compare_values(compiled, document, numbers, person, moment)
            expected = judge(document, person, moment)
            assert verdict(compiled, judgement) == expected, (document, person)


@generated
@given(world=worlds())
def test_newest_attributes_are_those_as_of_now(
    world: tuple[datetime, Spec, list[Person]], product: Product
) -> None:
    at, document, people = world
    later = at + timedelta(days=1)  # after every change of an attribute
    compiled = compile_document(document, product)
    with rolled_back():
        subjects = LeadIds(store_persons(people, product), later)
        assert answer(compiled, subjects, as_of=True) == answer(compiled, subjects, as_of=False)


@generated
@given(world=worlds(4), seed=st.integers(0, 1000))
def test_order_of_arrival_is_irrelevant(
    world: tuple[datetime, Spec, list[Person]], seed: int, product: Product
) -> None:
    at, document, people = world
    compiled = compile_document(document, product)
    shuffled = []
    for person in people:
        hits = random.Random(seed).sample(person.hits, len(person.hits))
        shuffled.append(
            Person(person.started_at, person.ends_at, hits, person.history, person.companies)
        )
    with rolled_back():
        ids = store_persons([*people, *shuffled], product)
        answers = answer(compiled, LeadIds(ids, at))
        half = len(people)
        assert [answers[i] for i in ids[:half]] == [answers[i] for i in ids[half:]]


@generated
@given(world=worlds(4))
def test_due_before_anything_changes(
    world: tuple[datetime, Spec, list[Person]], product: Product
) -> None:
    """Between the moment and ``next_us`` the oracle's result never changes, nor ever after if
    there is none."""
    at, document, people = world
    people = [frozen_attributes(person, at) for person in people]
    compiled = compile_document(document, product)
    with rolled_back():
        ids = store_persons(people, product)
        answers = answer(compiled, LeadIds(ids, at))
    for lead_id, person in zip(ids, people, strict=True):
        judgement = answers[lead_id][1]
        due = at + timedelta(days=3000)
        if judgement.next_us is not None:
            due = at + timedelta(microseconds=judgement.next_us)
        now = without_points(judge(document, person, at))
        for moment in candidates(person, at, due):
            assert without_points(judge(document, person, moment)) == now, (person, moment)


@generated
@given(
    world=worlds(4),
    document=documents(),
    days=st.lists(st.integers(1, 60), min_size=2, max_size=4),
)
def test_idle_time_never_raises_behavior(
    world: tuple[datetime, Spec, list[Person]], document: Spec, days: list[int], product: Product
) -> None:
    """Where nothing but decay and silence depends on time, the score falls or stays; and once at
    its floor it is never lifted."""
    at, _, people = world
    timeless = [
        c
        for c in document["criteria"]
        if "window" not in c or c["measure"] == "bursts"
        if c["measure"] != "days_since" or c["role"] == "silence"
    ]
    if not timeless:
        return
    document = {**document, "criteria": timeless}
    compiled = compile_document(document, product)
    idle = [
        Person(p.started_at, p.ends_at, [h for h in p.hits if h.at <= at], p.history, p.companies)
        for p in people
    ]
    with rolled_back():
        ids = store_persons(idle, product)
        before: dict[int, int] = {}
        moment = at
        for step in [0, *days]:
            moment += timedelta(days=step)
            for lead_id, (_, judgement) in answer(compiled, LeadIds(ids, moment)).items():
                assert judgement.behavior <= before.get(lead_id, judgement.behavior)
                before[lead_id] = judgement.behavior


def test_duplicate_moments_are_separate_hits(product: Product) -> None:
    """The oracle itself, on a case worked by hand: three hits at one moment, size 3."""
    at = MOMENTS[0]
    person = Person(at, hits=[OracleHit("a", at) for _ in range(3)], history=[Known("x", 1, at)])
    document = {
        "limits": {"fit": 50, "behavior": 100},
        "thresholds": {"total": 1, "fit": 0, "behavior": 1},
        "decay": {"mode": "none", "points": 0, "period": "30d", "grace": "0d", "floor": 0,
                  "silence": "larger"},
        "activity_signals": ["a"],
        "criteria": [
            {"key": "v", "measure": "bursts", "role": "velocity", "signals": ["a"], "size": 3,
             "window": "1h", "points_per_burst": 25},
        ],
    }  # fmt: skip
    assert judge(document, person, at).behavior == 25
    compiled = compile_document(document, product)
    with rolled_back():
        (lead_id,) = store_persons([person], product)
        assert answer(compiled, LeadIds([lead_id], at))[lead_id][1].behavior == 25
