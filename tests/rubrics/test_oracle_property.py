"""The engine (measure in SQL, judge in Python) against the plain oracle, on generated cases."""

import os
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leads.models import Product
from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds, LeadRange, Moments, Subjects
from rubrics.scoring.lines import lines
from rubrics.scoring.types import Axis, Judgement, Measured
from tests.oracle.facts import Known, OracleHit, Person
from tests.oracle.judging import Verdict, judge, measured
from tests.oracle.strategies import MOMENTS, SIGNALS, ZONES, documents, persons
from tests.rubrics.makers import make_product, rolled_back, store_persons

pytestmark = pytest.mark.django_db
Spec = Mapping[str, Any]
Answers = dict[int, tuple[Measured, Judgement]]

generated = settings(
    max_examples=int(os.environ.get("EXAMPLES", "25")),  # the more, the surer
    deadline=None,
    database=None,
    # Shrinking takes minutes, for each step writes leads: ask for it when a case is hard to read.
    phases=tuple(Phase) if "SHRINK" in os.environ else (Phase.generate,),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
    ],
)  # fmt: skip
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def product() -> Product:
    return make_product(*SIGNALS)


def answer(
    compiled: Compiled, subjects: Subjects, *, as_of: bool = True, looks_ahead: bool = True
) -> Answers:
    """What the engine says of each lead."""
    found = measure(
        compiled.version,
        subjects,
        product_id=compiled.product_id,
        names=compiled.names,
        as_of=as_of,
        looks_ahead=looks_ahead,
    )
    return {lead_id: (numbers, compiled.judge(numbers)) for lead_id, numbers in found}


def verdict(compiled: Compiled, judgement: Judgement) -> Verdict:
    """The engine's judgement in the oracle's terms."""
    keys = [criterion.key for criterion in compiled.version.criteria]
    return Verdict(
        judgement.fit, judgement.fit_low, judgement.fit_high, judgement.behavior,
        judgement.total, judgement.is_pql, dict(zip(keys, judgement.points, strict=True)),
    )  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn, most: int = 8) -> tuple[datetime, Spec, list[Person]]:
    at = draw(st.sampled_from(MOMENTS))
    people = draw(st.lists(persons(at), min_size=1, max_size=most))
    return at, draw(documents()), people


def compile_document(document: Spec, product: Product) -> Compiled:
    return compile_for(parse_document(document), product_id=product.pk)


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


def compare_values(
    compiled: Compiled, document: Spec, numbers: Measured, person: Person, at: datetime
) -> None:
    for criterion, raw in zip(compiled.version.criteria, document["criteria"], strict=True):
        if not criterion.tiers:
            value = numbers.values[criterion.columns[0]]
            assert value == measured(document, raw, person, at), (raw, person)
        for tier, entry in zip(criterion.tiers, raw.get("tiers", ()), strict=True):
            expected = measured(document, {**raw, **entry}, person, at)
            assert numbers.values[tier.column] == expected, (raw, entry, person)


def assert_lines_sum(compiled: Compiled, numbers: Measured, judgement: Judgement) -> None:
    told = lines(compiled.version, numbers, judgement, compiled.describe)
    for axis, score in ((Axis.FIT, judgement.fit), (Axis.BEHAVIOR, judgement.behavior)):
        assert sum(line.points for line in told if line.axis is axis) == score


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


def frozen_attributes(person: Person, at: datetime) -> Person:
    """The person with only what was known at ``at``: a change of attributes asks for a score."""
    return Person(
        person.started_at,
        person.ends_at,
        person.hits,
        [known for known in person.history if known.since <= at],
        {name: [k for k in rows if k.since <= at] for name, rows in person.companies.items()},
    )


def candidates(person: Person, at: datetime, due: datetime) -> list[datetime]:
    """Moments at which something may happen before ``due``, each with its neighbours."""
    starts = {at, person.started_at, *(hit.at for hit in person.hits)}
    if person.ends_at:
        starts.add(person.ends_at)
    spans = [
        timedelta(hours=1),
        *(timedelta(days=n) for n in (0.5, 1, 2, 7, 9, 14, 16, 21, 28, 30)),
    ]
    spans += [timedelta(days=n) for n in (32, 37, 42, 44, 60, 74, 90, 104, 120, 400, 1000, 2999)]
    moments = {due} | {start + length for start in starts for length in [timedelta(0), *spans]}
    near = {m + nudge for m in moments for nudge in (-MICROSECOND, timedelta(0), MICROSECOND)}
    return sorted(moment for moment in near if at < moment < due)[:80]


def without_points(result: Verdict) -> tuple[object, ...]:
    return (
        result.fit, result.fit_low, result.fit_high, result.behavior, result.total, result.is_pql,
    )  # fmt: skip


@generated
@given(world=worlds(4), days=st.lists(st.integers(1, 60), min_size=2, max_size=4))
def test_idle_time_never_raises_behavior(
    world: tuple[datetime, Spec, list[Person]], days: list[int], product: Product
) -> None:
    """Where nothing but decay and silence depends on time, the score falls or stays; and once at
    its floor it is never lifted."""
    at, document, people = world
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
