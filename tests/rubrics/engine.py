"""What property tests of the engine share: its answers in the oracle's terms, and moments."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from leads.models import Product
from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from rubrics.measures.statement import measure
from rubrics.measures.subjects import Subjects
from rubrics.scoring.lines import lines
from rubrics.scoring.types import Axis, Judgement, Measured
from tests.depth import EXAMPLES
from tests.oracle.facts import Person
from tests.oracle.fit import read_date
from tests.oracle.judging import Verdict, measured

Spec = Mapping[str, Any]
Answers = dict[int, tuple[Measured, Judgement]]

generated = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    # Shrinking takes minutes, for each step writes leads: ask for it when a case is hard to read.
    phases=tuple(Phase) if "SHRINK" in os.environ else (Phase.generate,),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
    ],
)  # fmt: skip
MICROSECOND = timedelta(microseconds=1)


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
        judgement.band, judgement.tier,
    )  # fmt: skip


def compile_document(document: Spec, product: Product) -> Compiled:
    return compile_for(parse_document(document), product_id=product.pk)


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
    stated = [known.value for rows in person.companies.values() for known in rows]
    starts |= {day for day in map(read_date, stated) if day and 1000 < day.year < 9000}
    if person.ends_at:
        starts.add(person.ends_at)
    spans = [
        timedelta(hours=1),
        *(timedelta(days=n) for n in (0.5, 1, 2, 7, 9, 14, 16, 21, 28, 30)),
    ]
    spans += [timedelta(days=n) for n in (32, 37, 42, 44, 60, 74, 90, 104, 120, 400, 1000, 2999)]
    moments = {due} | {start + length for start in starts for length in [timedelta(0), *spans]}
    near = {m + nudge for m in moments for nudge in (-MICROSECOND, timedelta(0), MICROSECOND)}
    ordered = sorted(moment for moment in near if at < moment < due)
    return ordered if len(ordered) <= 80 else ordered[:40] + ordered[-40:]


def without_points(result: Verdict) -> tuple[object, ...]:
    return (
        result.fit, result.fit_low, result.fit_high, result.behavior, result.total, result.is_pql,
        result.band, result.tier,
    )  # fmt: skip
