"""One criterion of a document: what it measures, and in which way it gives points."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rubrics import checks
from rubrics.documents.columns import Columns, least_value
from rubrics.measures import MEASURES, Measure, SpecError, length_us
from rubrics.scoring.types import (
    MOST_POINTS,
    Axis,
    Criterion,
    Mode,
    Recency,
    Role,
    Tier,
)

Document = Mapping[str, Any]

FORMS = frozenset({"tiers", "per_unit", "per_period"})
VELOCITY_FORMS = frozenset({"points_per_burst", "share_of_base"})
VELOCITY_FIELDS = VELOCITY_FORMS | {"max_bursts"}
EVERY_FORM = FORMS | VELOCITY_FIELDS
CRITERION_FIELDS = EVERY_FORM | {
    "key", "name", "axis", "role", "measure", "source", "group", "proxy_for", "recency",
}  # fmt: skip
TIER_FIELDS = frozenset({"at_least", "more_than", "points", "label"})


def parse_criterion(raw: object, index: int, columns: Columns) -> Criterion:
    """Check one entry of ``criteria`` and compile it.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    if not isinstance(raw, Mapping):
        raise SpecError(f"criteria[{index}]", "is a mapping with a key, e.g. key: company_size")
    key = checks.key(raw.get("key"), f"criteria[{index}].key")
    return _Parser(raw, key, columns).parse()


class _Parser:
    """Parses one criterion; holds what all its parts need."""

    def __init__(self, raw: Document, key: str, columns: Columns) -> None:
        self.raw = raw
        self.key = key
        self.where = f"criteria.{key}"
        self.columns = columns
        self.measure: Measure = columns.measure(raw, self.where)

    def parse(self) -> Criterion:
        raw, where, measure = self.raw, self.where, self.measure
        axis = checks.choice(Axis, raw.get("axis", measure.axis.value), f"{where}.axis")
        if axis is Axis.FIT and measure.axis is not Axis.FIT:
            raise SpecError(f"{where}.axis", f"{measure.key} measures behavior, not fit")
        role = checks.choice(Role, raw.get("role", "action"), f"{where}.role")
        if axis is Axis.FIT and role is not Role.ACTION:
            raise SpecError(f"{where}.role", "only behavior has velocity and silence")
        checks.only(raw, CRITERION_FIELDS | measure.fields, where)
        shared = {name: raw[name] for name in measure.fields if name in raw}
        checks.words(raw.get("source"), f"{where}.source", 300)
        parts: dict[str, Any] = {
            "key": self.key, "axis": axis, "role": role,
            "name": checks.words(raw.get("name"), f"{where}.name", 120)
            or self.key.replace("_", " ").capitalize(),
            "proxy_for": checks.words(raw.get("proxy_for"), f"{where}.proxy_for", 120),
        }  # fmt: skip
        if role is Role.VELOCITY:
            self._one_form(VELOCITY_FORMS, VELOCITY_FIELDS)
            criterion = self._velocity(parts, shared)
        elif self._one_form(FORMS, FORMS) == "tiers":
            criterion = self._tiered(parts, shared)
        else:
            criterion = self._per(parts, shared)
        return criterion

    def _one_form(self, forms: frozenset[str], known: frozenset[str]) -> str:
        """The one way in which the criterion gives points."""
        given = [name for name in sorted(EVERY_FORM) if name in self.raw]
        if len([name for name in given if name in forms]) != 1:
            raise SpecError(self.where, f"give one of {', '.join(sorted(forms))}")
        for name in given:
            if name not in known:
                raise SpecError(
                    f"{self.where}.{name}", f"does not go with {', '.join(sorted(forms))}"
                )
        return next(name for name in given if name in forms)

    def _tiered(self, parts: dict[str, Any], shared: Document) -> Criterion:
        raw, tiers, owns = self.raw["tiers"], [], []
        if isinstance(raw, str) or not isinstance(raw, Sequence) or not raw:
            raise SpecError(
                f"{self.where}.tiers", "list at least one, e.g. {at_least: 1, points: 10}"
            )
        for number, tier in enumerate(raw, 1):
            at = f"{self.where}.tiers[{number}]"
            if not isinstance(tier, Mapping):
                raise SpecError(at, "is a mapping such as {at_least: 1, points: 10}")
            checks.only(tier, TIER_FIELDS | self.measure.fields, at)
            own = {name: tier[name] for name in self.measure.fields if name in tier}
            owns.append(own)
            column = self.columns.add(self.measure, {**shared, **own}, at)
            tiers.append(
                Tier(
                    column=column,
                    threshold=least_reached(tier, self.measure.unit, at),
                    points=_worth(tier.get("points"), parts["role"], f"{at}.points"),
                    label=checks.words(tier.get("label"), f"{at}.label", 120),
                )
            )
        if any(all(name in own for own in owns) for name in shared):
            # What every tier replaces counts nowhere; a mistake in it must not lie there unseen.
            self.columns.check(self.measure, {**owns[0], **shared}, self.where)
        columns = tuple(dict.fromkeys(tier.column for tier in tiers))
        return Criterion(
            **parts,
            mode=Mode.TIERS,
            columns=columns,
            tiers=tuple(tiers),
            recency=self._recency(parts, columns),
        )

    def _per(self, parts: dict[str, Any], shared: Document) -> Criterion:
        measure = self.measure
        mode = Mode.PER_UNIT if "per_unit" in self.raw else Mode.PER_PERIOD
        terms, at = self.raw[mode.value], f"{self.where}.{mode.value}"
        if not isinstance(terms, Mapping):
            raise SpecError(at, "is a mapping such as {points: 2, max: 10}")
        checks.only(terms, {"points", "max", "period"}, at)
        if (mode is Mode.PER_PERIOD) != (measure.unit == "duration"):
            raise SpecError(at, "per_period goes with days_since, per_unit with all others")
        if measure.unit == "flag":
            raise SpecError(at, "goes with numbers; this measure says yes or no, so give tiers")
        size = length_us(terms.get("period"), f"{at}.period") if mode is Mode.PER_PERIOD else 1
        columns = (self.columns.add(measure, shared, self.where),)
        return Criterion(
            **parts,
            mode=mode,
            columns=columns,
            points_each=_worth(terms.get("points"), parts["role"], f"{at}.points"),
            unit_size=size,
            max_units=checks.count_or_none(terms.get("max"), f"{at}.max"),
            recency=self._recency(parts, columns),
        )

    def _velocity(self, parts: dict[str, Any], shared: Document) -> Criterion:
        raw, where = self.raw, self.where
        if self.measure.unit != "count":
            raise SpecError(f"{where}.measure", "a velocity bonus goes with a count, e.g. bursts")
        if "recency" in raw:
            raise SpecError(f"{where}.recency", "a velocity bonus has none: bursts are recent")
        share, each = raw.get("share_of_base"), raw.get("points_per_burst", 0)
        if "share_of_base" in raw and not 0 < checks.number(share, f"{where}.share_of_base") <= 100:
            raise SpecError(f"{where}.share_of_base", "is more than 0, e.g. 0.5")
        return Criterion(
            **parts,
            mode=Mode.PER_UNIT,
            columns=(self.columns.add(self.measure, shared, where),),
            points_each=checks.points(each, f"{where}.points_per_burst", least=0),
            share_of_base=share,
            max_units=checks.count_or_none(raw.get("max_bursts", 1), f"{where}.max_bursts"),
        )

    def _recency(self, parts: dict[str, Any], columns: Iterable[int]) -> Recency | None:
        """Recent hits of the signals the criterion looks at, all tiers' together."""
        raw, where = self.raw.get("recency"), f"{self.where}.recency"
        if raw is None:
            return None
        found = [self.columns.found[column].params.get("signals", ()) for column in columns]
        signals = sorted({key for keys in found for key in keys})
        if parts["role"] is not Role.ACTION or not signals:
            raise SpecError(where, "goes with criteria that give points for hits of signals")
        if not isinstance(raw, Mapping):
            raise SpecError(where, "is a mapping such as {within: 48h, factor: 1.5}")
        checks.only(raw, {"within", "factor"}, where)
        factor = Fraction(str(checks.number(raw.get("factor"), f"{where}.factor")))
        if not 0 <= factor <= 100:
            raise SpecError(f"{where}.factor", "is between 0 and 100, e.g. 1.5")
        within = length_us(raw.get("within"), f"{where}.within")
        column = self.columns.add(MEASURES["since_last"], {"signals": signals}, where)
        return Recency(column, within, factor)


def _worth(raw: object, role: Role, where: str) -> int:
    """Points; silence only takes."""
    most = 0 if role is Role.SILENCE else MOST_POINTS
    return checks.points(raw, where, most=most)


def least_reached(tier: Document, unit: str, where: str) -> float:
    """The least value that reaches a tier; of durations in whole microseconds."""
    if "more_than" in tier and "at_least" in tier:
        raise SpecError(where, "give either at_least or more_than")
    name = "more_than" if "more_than" in tier else "at_least"
    if unit == "flag" and name in tier:
        raise SpecError(f"{where}.{name}", "goes with numbers; this measure says yes or no")
    return least_value(tier.get(name, 1), unit, f"{where}.{name}", above=name == "more_than")
