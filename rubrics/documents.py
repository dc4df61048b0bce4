"""A rubric as a document (YAML or JSON), checked and compiled into the pure core's types.

The same form is a shipped preset, an exported version and what rows are turned into before they
score: there is one parser, so they cannot mean different things.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from rubrics import checks
from rubrics.measures import MEASURES, Measure, SpecError, duration_us, length_us
from rubrics.scoring.types import (
    DAY_US,
    MOST_POINTS,
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

CRITERION_FIELDS = frozenset(
    {
        "key", "name", "axis", "role", "measure", "tiers", "per_unit", "per_period", "source",
        "points_per_burst", "share_of_base", "max_bursts",
    }
)  # fmt: skip
FORMS = frozenset({"tiers", "per_unit", "per_period"})
VELOCITY_FORMS = frozenset({"points_per_burst", "share_of_base"})
VELOCITY_FIELDS = VELOCITY_FORMS | {"max_bursts"}
EVERY_FORM = FORMS | VELOCITY_FIELDS
SIGNAL_FIELDS = frozenset({"name", "description", "activity", "events"})
EVENT_FIELDS = frozenset({"kind", "event", "where", "value", "session"})
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
    checks.only(document, TOP_FIELDS, "document")
    if document.get("format", FORMAT) != FORMAT:
        raise SpecError("format", f"this version of the software reads format {FORMAT}")
    lists = {
        checks.key(key, "lists"): checks.texts(values, f"lists.{key}")
        for key, values in checks.mapping(document, "lists").items()
    }
    _check_signals(checks.mapping(document, "signals"))
    builder = _Builder(lists)
    raw = document.get("criteria")
    if not isinstance(raw, Sequence) or not raw:
        raise SpecError("criteria", "list at least one criterion")
    criteria = tuple(builder.criterion(item, index) for index, item in enumerate(raw))
    keys = [criterion.key for criterion in criteria]
    for key in keys:
        if keys.count(key) > 1:
            raise SpecError(f"criteria.{key}", "the key stands twice; every criterion has its own")
    limits = checks.mapping(document, "limits")
    checks.only(limits, {"fit", "behavior", "velocity_exceeds_cap"}, "limits")
    return Version(
        rubric=checks.key(document["rubric"], "rubric") if document.get("rubric") else "",
        columns=tuple(builder.columns),
        criteria=criteria,
        thresholds=_thresholds(checks.mapping(document, "thresholds")),
        decay=_decay(checks.mapping(document, "decay")),
        activity_signals=activity_signals(document),
        max_fit=checks.points(limits.get("fit", 50), "limits.fit", least=0),
        max_behavior=checks.points(limits.get("behavior", 100), "limits.behavior", least=0),
        velocity_exceeds_cap=checks.flag(
            limits.get("velocity_exceeds_cap", False), "limits.velocity_exceeds_cap"
        ),
        lists=lists,
    )


def activity_signals(document: Document) -> tuple[str, ...]:
    """The signals that count as using the product: those stated, else all not said to be none."""
    if "activity_signals" in document:
        return tuple(sorted(checks.texts(document["activity_signals"], "activity_signals")))
    signals = checks.mapping(document, "signals")
    return tuple(sorted(key for key, signal in signals.items() if signal.get("activity", True)))


def used_signals(version: Version) -> set[str]:
    """Every signal key that measuring the version needs."""
    keys = set(version.activity_signals)
    for column in version.columns:
        keys.update(column.params.get("signals", ()))
    return keys


def _check_signals(signals: Document) -> None:
    for key, signal in signals.items():
        where = f"signals.{checks.key(key, 'signals')}"
        if not isinstance(signal, Mapping):
            raise SpecError(where, "is a mapping such as {name: Logged in}")
        checks.only(signal, SIGNAL_FIELDS, where)
        checks.flag(signal.get("activity", True), f"{where}.activity")
        events = signal.get("events") or ()
        if isinstance(events, str) or not isinstance(events, Sequence):
            raise SpecError(f"{where}.events", "is a list such as [{event: Logged In}]")
        for number, event in enumerate(events, 1):
            at = f"{where}.events[{number}]"
            if not isinstance(event, Mapping):
                raise SpecError(at, "is a mapping such as {event: Logged In}")
            checks.only(event, EVENT_FIELDS, at)
            if event.get("kind", "track") == "track" and not event.get("event"):
                raise SpecError(f"{at}.event", "name the event, e.g. {event: Logged In}")


def _thresholds(raw: Document) -> Thresholds:
    checks.only(raw, {"total", "fit", "behavior"}, "thresholds")
    default = Thresholds()
    return Thresholds(
        total=checks.points(raw.get("total", default.total), "thresholds.total", least=0),
        fit=checks.points(raw.get("fit", default.fit), "thresholds.fit", least=0),
        behavior=checks.points(
            raw.get("behavior", default.behavior), "thresholds.behavior", least=0
        ),
    )


def _decay(raw: Document) -> Decay:
    checks.only(raw, {"mode", "points", "period", "grace", "floor", "silence"}, "decay")
    period = length_us(raw.get("period", "30d"), "decay.period")
    silence = raw.get("silence", "larger")
    if silence not in ("larger", "both"):
        raise SpecError("decay.silence", "is larger or both")
    return Decay(
        mode=checks.choice(DecayMode, raw.get("mode", "periods"), "decay.mode"),
        points=checks.points(raw.get("points", 10), "decay.points", least=0),
        period_us=period,
        grace_us=duration_us(raw.get("grace", "0d"), "decay.grace"),
        floor=checks.points(raw.get("floor", 5), "decay.floor", least=0),
        both=silence == "both",
    )


class _Builder:
    """Compiles criteria, giving equal measurements one column."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self.lists = lists
        self.columns: list[Column] = []
        self._index: dict[str, int] = {}

    def criterion(self, raw: object, index: int) -> Criterion:
        if not isinstance(raw, Mapping):
            raise SpecError(f"criteria[{index}]", "is a mapping with a key, e.g. key: company_size")
        key = checks.key(raw.get("key"), f"criteria[{index}].key")
        where = f"criteria.{key}"
        measure = MEASURES.get(str(raw.get("measure")))
        if measure is None:
            raise SpecError(f"{where}.measure", f"is one of {', '.join(MEASURES)}")
        axis = checks.choice(Axis, raw.get("axis", measure.axis.value), f"{where}.axis")
        if axis is Axis.FIT and measure.axis is not Axis.FIT:
            raise SpecError(f"{where}.axis", f"{measure.key} measures behavior, not fit")
        role = checks.choice(Role, raw.get("role", "action"), f"{where}.role")
        if axis is Axis.FIT and role is not Role.ACTION:
            raise SpecError(f"{where}.role", "only behavior has velocity and silence")
        checks.only(raw, CRITERION_FIELDS | measure.fields, where)
        shared = {name: raw[name] for name in measure.fields if name in raw}
        parts: dict[str, Any] = {
            "key": key, "axis": axis, "role": role,
            "name": checks.words(raw.get("name"), f"{where}.name", 120)
            or key.replace("_", " ").capitalize(),
        }  # fmt: skip
        checks.words(raw.get("source"), f"{where}.source", 300)
        if role is Role.VELOCITY:
            _one_form(raw, VELOCITY_FORMS, VELOCITY_FIELDS, where)
            return self._velocity(parts, raw, measure, shared, where)
        if _one_form(raw, FORMS, FORMS, where) == "tiers":
            return self._tiered(parts, raw, measure, shared, where)
        return self._per(parts, raw, measure, shared, where)

    def _tiered(
        self, parts: dict[str, Any], raw: Document, measure: Measure, shared: Document, where: str
    ) -> Criterion:
        tiers = []
        if not isinstance(raw["tiers"], Sequence) or not raw["tiers"]:
            raise SpecError(f"{where}.tiers", "list at least one, e.g. {at_least: 1, points: 10}")
        for number, tier in enumerate(raw["tiers"], 1):
            at = f"{where}.tiers[{number}]"
            if not isinstance(tier, Mapping):
                raise SpecError(at, "is a mapping such as {at_least: 1, points: 10}")
            checks.only(tier, TIER_FIELDS | measure.fields, at)
            own = {name: tier[name] for name in measure.fields if name in tier}
            column = self._column(measure, {**shared, **own}, at)
            tiers.append(
                Tier(
                    column=column,
                    threshold=_threshold(tier, measure.unit, at),
                    points=_worth(tier.get("points"), parts["role"], f"{at}.points"),
                    label=checks.words(tier.get("label"), f"{at}.label", 120),
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
        checks.only(terms, {"points", "max", "period"}, at)
        if (mode is Mode.PER_PERIOD) != (measure.unit == "duration"):
            raise SpecError(at, "per_period goes with days_since, per_unit with all others")
        if measure.unit == "flag":
            raise SpecError(at, "goes with numbers; this measure says yes or no, so give tiers")
        size = length_us(terms.get("period"), f"{at}.period") if mode is Mode.PER_PERIOD else 1
        return Criterion(
            **parts,
            mode=mode,
            columns=(self._column(measure, shared, where),),
            points_each=_worth(terms.get("points"), parts["role"], f"{at}.points"),
            unit_size=size,
            max_units=checks.count_or_none(terms.get("max"), f"{at}.max"),
        )

    def _velocity(
        self, parts: dict[str, Any], raw: Document, measure: Measure, shared: Document, where: str
    ) -> Criterion:
        if measure.unit != "count":
            raise SpecError(f"{where}.measure", "a velocity bonus goes with a count, e.g. bursts")
        share, each = raw.get("share_of_base"), raw.get("points_per_burst", 0)
        if share is not None and not 0 < checks.number(share, f"{where}.share_of_base") <= 100:
            raise SpecError(f"{where}.share_of_base", "is more than 0, e.g. 0.5")
        return Criterion(
            **parts,
            mode=Mode.PER_UNIT,
            columns=(self._column(measure, shared, where),),
            points_each=checks.points(each, f"{where}.points_per_burst", least=0),
            share_of_base=share,
            max_units=checks.count_or_none(raw.get("max_bursts", 1), f"{where}.max_bursts"),
        )

    def _column(self, measure: Measure, raw: Document, where: str) -> int:
        params = measure.parse(raw, where, self.lists)
        identity = json.dumps([measure.key, params], sort_keys=True, default=list)
        if identity not in self._index:
            self._index[identity] = len(self.columns)
            self.columns.append(Column(measure.key, params, measure.unit))
        return self._index[identity]


def _one_form(raw: Document, forms: frozenset[str], known: frozenset[str], where: str) -> str:
    """The one way in which the criterion gives points."""
    given = [name for name in sorted(EVERY_FORM) if name in raw]
    if len([name for name in given if name in forms]) != 1:
        raise SpecError(where, f"give one of {', '.join(sorted(forms))}")
    for name in given:
        if name not in known:
            raise SpecError(f"{where}.{name}", f"does not go with {', '.join(sorted(forms))}")
    return next(name for name in given if name in forms)


def _worth(raw: object, role: Role, where: str) -> int:
    """Points; silence only takes."""
    most = 0 if role is Role.SILENCE else MOST_POINTS
    return checks.points(raw, where, most=most)


def _threshold(tier: Document, unit: str, where: str) -> float:
    """The least value that reaches the tier; of durations in whole microseconds."""
    if "more_than" in tier and "at_least" in tier:
        raise SpecError(where, "give either at_least or more_than")
    name = "more_than" if "more_than" in tier else "at_least"
    raw, at = tier.get(name, 1), f"{where}.{name}"
    if unit == "flag" and name in tier:
        raise SpecError(at, "goes with numbers; this measure says yes or no")
    if unit == "duration":
        whole = (
            duration_us(raw, at) if isinstance(raw, str) else round(checks.number(raw, at) * DAY_US)
        )
        return whole + (name == "more_than")
    least = checks.number(raw, at)
    return math.nextafter(least, math.inf) if name == "more_than" else least
