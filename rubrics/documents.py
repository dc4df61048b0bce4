"""A rubric as a document (YAML or JSON), checked and compiled into the pure core's types.

The same form is a shipped preset, an exported version and what rows are turned into before they
score: there is one parser, so they cannot mean different things.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from rubrics.measures import MEASURES, Measure, SpecError, duration_us
from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Column,
    Criterion,
    Decay,
    DecayMode,
    Mode,
    Role,
    Thresholds,
    Tier,
    Version,
)

FORMAT = 1
Document = Mapping[str, Any]
E = TypeVar("E", Axis, Role)

CRITERION_FIELDS = frozenset(
    {
        "key", "name", "axis", "role", "measure", "tiers", "per_unit", "per_period", "source",
        "points_per_burst", "share_of_base", "max_bursts",
    }
)  # fmt: skip
TIER_FIELDS = frozenset({"at_least", "more_than", "points", "label"})
TOP_FIELDS = frozenset(
    {
        "format", "rubric", "name", "description", "source", "product_name", "note", "thresholds",
        "limits", "decay", "lists", "signals", "criteria", "activity_signals",
    }
)  # fmt: skip


def parse_document(document: Document) -> Version:
    """Check a document and compile it.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    _only(document, TOP_FIELDS, "document")
    if document.get("format", FORMAT) != FORMAT:
        raise SpecError("format", f"this version of the software reads format {FORMAT}")
    lists = {key: tuple(values) for key, values in _mapping(document, "lists").items()}
    builder = _Builder(lists)
    raw = document.get("criteria")
    if not isinstance(raw, Sequence) or not raw:
        raise SpecError("criteria", "list at least one criterion")
    criteria = tuple(builder.criterion(item, index) for index, item in enumerate(raw))
    keys = [criterion.key for criterion in criteria]
    for key in keys:
        if keys.count(key) > 1:
            raise SpecError(f"criteria.{key}", "the key stands twice; every criterion has its own")
    limits = _mapping(document, "limits")
    _only(limits, {"fit", "behavior", "velocity_exceeds_cap"}, "limits")
    return Version(
        rubric=str(document.get("rubric", "")),
        columns=tuple(builder.columns),
        criteria=criteria,
        thresholds=_thresholds(_mapping(document, "thresholds")),
        decay=_decay(_mapping(document, "decay")),
        activity_signals=activity_signals(document),
        max_fit=_points(limits.get("fit", 50), "limits.fit"),
        max_behavior=_points(limits.get("behavior", 100), "limits.behavior"),
        velocity_exceeds_cap=limits.get("velocity_exceeds_cap", False) is True,
        lists=lists,
    )


def activity_signals(document: Document) -> tuple[str, ...]:
    """The signals that count as using the product: those stated, else all not said to be none."""
    if "activity_signals" in document:
        return tuple(sorted(document["activity_signals"]))
    signals = _mapping(document, "signals")
    return tuple(sorted(key for key, signal in signals.items() if signal.get("activity", True)))


def used_signals(version: Version) -> set[str]:
    """Every signal key that measuring the version needs."""
    keys = set(version.activity_signals)
    for column in version.columns:
        keys.update(column.params.get("signals", ()))
    return keys


def _thresholds(raw: Document) -> Thresholds:
    _only(raw, {"total", "fit", "behavior"}, "thresholds")
    default = Thresholds()
    return Thresholds(
        total=_points(raw.get("total", default.total), "thresholds.total"),
        fit=_points(raw.get("fit", default.fit), "thresholds.fit"),
        behavior=_points(raw.get("behavior", default.behavior), "thresholds.behavior"),
    )


def _decay(raw: Document) -> Decay:
    _only(raw, {"mode", "points", "period", "grace", "floor", "silence"}, "decay")
    mode = raw.get("mode", "periods")
    if mode not in set(DecayMode):
        raise SpecError("decay.mode", f"is one of {', '.join(DecayMode)}")
    period = duration_us(raw.get("period", "30d"), "decay.period")
    if period <= 0:
        raise SpecError("decay.period", "must be longer than nothing")
    silence = raw.get("silence", "larger")
    if silence not in {"larger", "both"}:
        raise SpecError("decay.silence", "is larger or both")
    return Decay(
        mode=DecayMode(mode),
        points=_points(raw.get("points", 10), "decay.points"),
        period_us=period,
        grace_us=duration_us(raw.get("grace", "0d"), "decay.grace"),
        floor=_points(raw.get("floor", 5), "decay.floor"),
        both=silence == "both",
    )


class _Builder:
    """Compiles criteria, giving equal measurements one column."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self.lists = lists
        self.columns: list[Column] = []
        self._index: dict[str, int] = {}

    def criterion(self, raw: object, index: int) -> Criterion:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("key"), str):
            raise SpecError(f"criteria[{index}]", "has no key, e.g. key: company_size")
        key = raw["key"]
        where = f"criteria.{key}"
        measure = MEASURES.get(str(raw.get("measure")))
        if measure is None:
            raise SpecError(f"{where}.measure", f"is one of {', '.join(MEASURES)}")
        axis = _choice(Axis, raw.get("axis", measure.axis.value), f"{where}.axis")
        if axis is Axis.FIT and measure.axis is not Axis.FIT:
            raise SpecError(f"{where}.axis", f"{measure.key} measures behavior, not fit")
        role = _choice(Role, raw.get("role", "action"), f"{where}.role")
        if axis is Axis.FIT and role is not Role.ACTION:
            raise SpecError(f"{where}.role", "only behavior has velocity and silence")
        _only(raw, CRITERION_FIELDS | measure.fields, where)
        shared = {name: raw[name] for name in measure.fields if name in raw}
        parts: dict[str, Any] = {
            "key": key, "name": str(raw.get("name") or key.replace("_", " ").capitalize()),
            "axis": axis, "role": role,
        }  # fmt: skip
        if role is Role.VELOCITY:
            return self._velocity(parts, raw, measure, shared, where)
        if "per_unit" in raw or "per_period" in raw:
            return self._per(parts, raw, measure, shared, where)
        return self._tiered(parts, raw, measure, shared, where)

    def _tiered(
        self, parts: dict[str, Any], raw: Document, measure: Measure, shared: Document, where: str
    ) -> Criterion:
        tiers = []
        if not isinstance(raw.get("tiers"), Sequence) or not raw["tiers"]:
            raise SpecError(f"{where}.tiers", "list at least one, e.g. {at_least: 1, points: 10}")
        for number, tier in enumerate(raw["tiers"], 1):
            at = f"{where}.tiers[{number}]"
            if not isinstance(tier, Mapping):
                raise SpecError(at, "is a mapping such as {at_least: 1, points: 10}")
            _only(tier, TIER_FIELDS | measure.fields, at)
            own = {name: tier[name] for name in measure.fields if name in tier}
            column = self._column(measure, {**shared, **own}, at)
            tiers.append(
                Tier(
                    column=column,
                    threshold=_threshold(tier, measure.unit, at),
                    points=_points(tier.get("points"), f"{at}.points"),
                    label=str(tier.get("label", "")),
                )
            )
        columns = tuple(dict.fromkeys(tier.column for tier in tiers))
        return Criterion(**parts, mode=Mode.TIERS, columns=columns, tiers=tuple(tiers))

    def _per(
        self, parts: dict[str, Any], raw: Document, measure: Measure, shared: Document, where: str
    ) -> Criterion:
        mode = Mode.PER_UNIT if "per_unit" in raw else Mode.PER_PERIOD
        terms = raw[mode.value]
        at = f"{where}.{mode.value}"
        if not isinstance(terms, Mapping):
            raise SpecError(at, "is a mapping such as {points: 2, max: 10}")
        _only(terms, {"points", "max", "period"}, at)
        if (mode is Mode.PER_PERIOD) != (measure.unit == "duration"):
            raise SpecError(at, "per_period goes with days_since, per_unit with all others")
        size = duration_us(terms.get("period"), f"{at}.period") if mode is Mode.PER_PERIOD else 1
        if size <= 0:
            raise SpecError(f"{at}.period", "must be longer than nothing")
        return Criterion(
            **parts,
            mode=mode,
            columns=(self._column(measure, shared, where),),
            points_each=_points(terms.get("points"), f"{at}.points"),
            unit_size=size,
            max_units=_count_or_none(terms.get("max"), f"{at}.max"),
        )

    def _velocity(
        self, parts: dict[str, Any], raw: Document, measure: Measure, shared: Document, where: str
    ) -> Criterion:
        share = raw.get("share_of_base")
        if (share is None) == (raw.get("points_per_burst") is None):
            raise SpecError(where, "give either points_per_burst or share_of_base")
        if share is not None and (isinstance(share, bool) or not isinstance(share, int | float)):
            raise SpecError(f"{where}.share_of_base", "is a number, e.g. 0.5")
        each = 0 if share is not None else raw["points_per_burst"]
        return Criterion(
            **parts,
            mode=Mode.PER_UNIT,
            columns=(self._column(measure, shared, where),),
            points_each=_points(each, f"{where}.points_per_burst"),
            share_of_base=share,
            max_units=_count_or_none(raw.get("max_bursts", 1), f"{where}.max_bursts"),
        )

    def _column(self, measure: Measure, raw: Document, where: str) -> int:
        params = measure.parse(raw, where, self.lists)
        identity = json.dumps([measure.key, params], sort_keys=True, default=list)
        if identity not in self._index:
            self._index[identity] = len(self.columns)
            self.columns.append(Column(measure.key, params, measure.unit))
        return self._index[identity]


def _threshold(tier: Document, unit: str, where: str) -> float:
    """The least value that reaches the tier; of durations in whole microseconds."""
    if "more_than" in tier and "at_least" in tier:
        raise SpecError(where, "give either at_least or more_than")
    name = "more_than" if "more_than" in tier else "at_least"
    raw, at = tier.get(name, 1), f"{where}.{name}"
    if unit == "flag" and name in tier:
        raise SpecError(at, "goes with numbers; this measure says yes or no")
    if unit == "duration":
        least = duration_us(raw, at) if isinstance(raw, str) else round(_number(raw, at) * DAY_US)
        return least + (name == "more_than")
    least = _number(raw, at)
    return math.nextafter(least, math.inf) if name == "more_than" else least


def _number(raw: object, where: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise SpecError(where, f"{raw!r} is no number")
    return float(raw)


def _points(raw: object, where: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > 10_000:
        raise SpecError(where, f"{raw!r} is no whole number of points")
    return raw


def _count_or_none(raw: object, where: str) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise SpecError(where, "is a whole number, 1 or more, or null for no limit")
    return raw


def _choice(kind: type[E], raw: object, where: str) -> E:
    try:
        return kind(str(raw))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise SpecError(where, f"{raw!r} is not one of {known}") from None


def _mapping(document: Document, name: str) -> Mapping[str, Any]:
    raw = document.get(name) or {}
    if not isinstance(raw, Mapping):
        raise SpecError(name, "is a mapping")
    return raw


def _only(raw: Document, known: frozenset[str] | set[str], where: str) -> None:
    for name in raw:
        if name not in known:
            raise SpecError(f"{where}.{name}", f"unknown; known are {', '.join(sorted(known))}")
