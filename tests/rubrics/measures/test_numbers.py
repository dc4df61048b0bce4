"""Every measure's number in SQL against the plain oracle, for leads and for accounts; and that it
never changes by time before ``next_us``."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.models import Product
from rubrics.mappers import compile_for
from rubrics.measures import MEASURES
from rubrics.measures.statement import measure
from rubrics.measures.subjects import (
    AccountIds,
    AccountMoments,
    AccountRange,
    LeadIds,
    Subjects,
)
from rubrics.scoring.types import Column, Decay, Measured, Thresholds, Version
from tests.oracle.behavior import measure_hits
from tests.oracle.facts import Person, Team, span, team_of
from tests.oracle.fit import measure_attribute, read_date
from tests.oracle.specs import colleagues, specs
from tests.oracle.strategies import ACTIVITY, LISTS, MOMENTS, SIGNALS, ZONES, persons
from tests.rubrics.engine import frozen_attributes, generated
from tests.rubrics.makers import make_product, rolled_back, store_colleagues, store_persons

pytestmark = pytest.mark.django_db
Spec = dict[str, Any]
TICK = timedelta(microseconds=1)


@pytest.fixture
def product() -> Product:
    return make_product(*SIGNALS)


def answer(
    wanted: Sequence[Spec], subjects: Subjects, product: Product, *, as_of: bool = True
) -> dict[int, Measured]:
    """What the statement says of each subject, a number a measure."""
    columns = []
    for spec in wanted:
        kind = MEASURES[spec["measure"]]
        raw = {name: value for name, value in spec.items() if name != "measure"}
        assert set(raw) <= kind.fields
        columns.append(Column(kind.key, kind.parse(raw, "x", LISTS), kind.unit))
    version = Version("x", tuple(columns), (), Thresholds(), Decay(), ACTIVITY)
    compiled = compile_for(version, product_id=product.pk)
    return dict(
        measure(version, subjects, product_id=product.pk, names=compiled.names, as_of=as_of)
    )


def expected(spec: Spec, person: Person, at: datetime) -> float | None:
    if MEASURES[spec["measure"]].axis == "fit":
        return measure_attribute(spec, person, at, LISTS)
    return measure_hits(spec, person, at)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[datetime, list[Spec], list[Person]]:
    at = draw(st.sampled_from(MOMENTS))
    return at, draw(specs("lead")), draw(st.lists(persons(at), min_size=1, max_size=5))


@st.composite
def companies(draw: st.DrawFn) -> tuple[datetime, list[Spec], list[Person]]:
    at = draw(st.sampled_from(MOMENTS))
    return at, draw(specs("account")), draw(colleagues(at))


@generated
@given(world=worlds(), zone=st.sampled_from(ZONES))
def test_numbers_of_leads(
    world: tuple[datetime, list[Spec], list[Person]], zone: str, product: Product
) -> None:
    at, wanted, people = world
    with rolled_back():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        ids = store_persons(people, product)
        answers = answer(wanted, LeadIds(ids, at), product)
    assert sorted(answers) == ids
    for lead_id, person in zip(ids, people, strict=True):
        found = answers[lead_id]
        for spec, value in zip(wanted, found.values, strict=True):
            assert value == expected(spec, person, at), (spec, person, at)
            assert_steady(spec, frozen_attributes(person, at), at, found, value)


@generated
@given(world=companies(), zone=st.sampled_from(ZONES))
def test_numbers_of_accounts(
    world: tuple[datetime, list[Spec], list[Person]], zone: str, product: Product
) -> None:
    at, wanted, people = world
    with rolled_back():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        accounts = store_colleagues(people, product)
        answers = answer(wanted, AccountIds(list(accounts.values()), at), product)
    frozen = [frozen_attributes(person, at) for person in people]
    for name, account_id in accounts.items():
        team = team_of(name, people, at)
        assert (team is None) == (account_id not in answers)
        if team is None:
            continue
        found = answers[account_id]
        assert found.idle_us == idle_us(team, at)
        for spec, value in zip(wanted, found.values, strict=True):
            assert value == expected(spec, team, at), (spec, team, at)
            assert_steady(spec, frozen, at, found, value, name)


def idle_us(team: Team, at: datetime) -> int:
    moments = [hit.at for hit in team.hits if hit.signal in ACTIVITY and hit.at <= at]
    return max((at - max(moments, default=team.started_at)) // TICK, 0)


def assert_steady(
    spec: Spec,
    facts: Person | list[Person],
    at: datetime,
    found: Measured,
    value: float | None,
    name: str = "",
) -> None:
    """From ``at`` until ``next_us`` the number stays; or grows or fades as its unit says."""
    due = at + timedelta(days=3000)
    if found.next_us is not None:
        assert found.next_us > 0
        due = min(due, at + timedelta(microseconds=found.next_us))
    unit = MEASURES[spec["measure"]].unit
    for moment in turning_points(spec, facts, at, due):
        person = facts if isinstance(facts, Person) else team_of(name, facts, moment)
        assert person is not None
        then = expected(spec, person, moment)
        if unit == "duration" and value is not None:
            assert then is not None
            grown = value + (moment - at) // TICK
            # A sign-up in the future is 0 old until it comes.
            assert then == grown or (value == 0 and then < grown)
        elif unit == "fading":
            faded = 0.5 ** ((moment - at) / span(spec["half_life"]))
            assert math.isclose(then or 0, (value or 0) * faded, rel_tol=1e-9, abs_tol=1e-290)
        else:
            assert then == value, (spec, facts, at, moment)


def turning_points(
    spec: Spec, facts: Person | list[Person], at: datetime, due: datetime
) -> Iterator[datetime]:
    """Moments before ``due`` at which the number might change, each with its neighbours."""
    starts = {due}
    for person in facts if isinstance(facts, list) else [facts]:
        starts |= {person.started_at, *(hit.at for hit in person.hits)}
        starts |= {person.ends_at} if person.ends_at else set()
        for known in (*person.history, *(k for rows in person.companies.values() for k in rows)):
            raised = read_date(known.value) if known.name == "raised_at" else None
            starts |= {known.since} | ({raised} if raised and 2 < raised.year < 9990 else set())
    window = spec.get("window")
    texts = [*window.values()] if isinstance(window, Mapping) else [window or "0d"]
    texts += [spec[name] for name in ("within", "period") if name in spec]
    lengths = [span(text) for text in texts if text[-1] in "mhd"]
    lengths += [timedelta(0), *(2 * length for length in lengths if "period" in spec)]
    for moment in {start + length for start in starts for length in lengths}:
        for near in (moment - TICK, moment, moment + TICK):
            if at < near < due:
                yield near


@settings(generated, max_examples=max(generated.max_examples // 3, 1))  # eleven statements each
@given(world=companies(), data=st.data())
def test_forms_of_accounts_agree(
    world: tuple[datetime, list[Spec], list[Person]], data: st.DataObject, product: Product
) -> None:
    """By id, by range, each at its own moment; and the newest members are those as of now."""
    at, wanted, people = world
    later = at + timedelta(days=1)
    with rolled_back():
        ids = list(store_colleagues(people, product).values())
        for as_of in (True, False):
            by_id = answer(wanted, AccountIds(ids, later), product, as_of=as_of)
            span_of_ids = AccountRange(min(ids), max(ids), later)
            assert answer(wanted, span_of_ids, product, as_of=as_of) == by_id
            each = AccountMoments([(account_id, later) for account_id in ids])
            assert answer(wanted, each, product, as_of=as_of) == by_id
            one = answer(wanted, AccountIds(ids[:1], later), product, as_of=as_of)
            assert one == {i: found for i, found in by_id.items() if i == ids[0]}
        assert by_id == answer(wanted, AccountIds(ids, later), product, as_of=True)
        own = [(i, at + timedelta(days=data.draw(st.integers(-40, 40)))) for i in ids]
        together = answer(wanted, AccountMoments(own), product)
        for account_id, moment in own:
            alone = answer(wanted, AccountIds([account_id], moment), product)
            assert alone == {i: found for i, found in together.items() if i == account_id}
