"""Past leads without a database: a rubric of a few signals and attributes, and made-up leads."""

from datetime import timedelta
from random import Random
from typing import Any

from rubrics.backtests.examples import Asked
from rubrics.backtests.reading import Seen
from rubrics.backtests.report import Tally
from rubrics.backtests.warnings import Circumstances
from rubrics.documents import parse_document
from rubrics.mappers import Compiled
from rubrics.measures import Names
from rubrics.scoring.judge import compile_judge
from rubrics.scoring.types import Measured
from tests.rubrics.makers import AT

SIGNALS = ("invited", "exported", "priced", "browsed")
DOCUMENT: dict[str, Any] = {
    "rubric": "pure",
    "signals": {key: {} for key in SIGNALS},
    "thresholds": {"total": 20, "fit": 0, "behavior": 0},
    "decay": {"mode": "none"},
    "criteria": [
        {"key": "invited", "measure": "count", "signals": ["invited"],
         "tiers": [{"at_least": 3, "points": 12}, {"at_least": 1, "points": 6}]},
        {"key": "exported", "measure": "count", "signals": ["exported"],
         "tiers": [{"points": 15}]},
        {"key": "priced", "measure": "count", "signals": ["priced"],
         "per_unit": {"points": 3, "max": 4}},
        {"key": "browsed", "measure": "count", "signals": ["browsed"],
         "tiers": [{"points": 10}]},
    ],
}  # fmt: skip


def pure_version(document: dict[str, Any] = DOCUMENT) -> Compiled:
    version = parse_document(document)
    ids = {key: number for number, key in enumerate(SIGNALS, 1)}
    names = Names(ids, {key: key.capitalize() for key in SIGNALS})
    return Compiled(1, 1, 1, version, compile_judge(version), names, "Pure v1")


def made_up(seed: int, count: int, effects: dict[str, float] | None = None) -> list[Seen]:
    """Leads that each did some things; ``effects`` are added to the chance of converting, 0.2."""
    random = Random(seed)
    leads = []
    for number in range(1, count + 1):
        counts = [random.choice((0, 0, 1, 2, 4)) for _ in SIGNALS]
        chance = 0.2 + sum(
            effect for key, effect in (effects or {}).items() if counts[SIGNALS.index(key)]
        )
        attributes = {
            "lead.plan": random.choice(["solo", "team", "company"]),
            "account.employees": random.randint(1, 900),
        }
        leads.append(
            Seen(
                Asked(number, AT + timedelta(hours=5 * number), random.random() < chance),
                (Measured(tuple(map(float, counts)), 0),),
                tuple(place for place, one in enumerate(counts, 1) if one),
                attributes,
            )
        )
    return leads


def report_of(leads: list[Seen], version: Compiled | None = None, **left_out: int) -> Any:
    tally = Tally([version or pure_version()], DOCUMENT, expected=len(leads))
    for seen in leads:
        tally.add(seen)
    return {**tally.report(None, Circumstances(left_out)), "weights": tally.weights()}
