"""The sections of a document beside its criteria: limits, silence, segment, labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rubrics import checks
from rubrics.documents.columns import Columns
from rubrics.measures import MEASURES, SpecError, duration_us, length_us
from rubrics.scoring.types import (
    Band,
    Blend,
    Ceiling,
    Criterion,
    CrossProduct,
    Decay,
    DecayMode,
    Expired,
    Group,
    Matrix,
    Role,
    Segment,
    Thresholds,
)

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of both axes."""

    fit: int
    behavior: int
    velocity_exceeds_cap: bool


def parse_limits(raw: Document) -> Limits:
    """``limits``: how far each score goes."""
    checks.only(raw, {"fit", "behavior", "velocity_exceeds_cap"}, "limits")
    return Limits(
        fit=checks.points(raw.get("fit", 50), "limits.fit", least=0),
        behavior=checks.points(raw.get("behavior", 100), "limits.behavior", least=0),
        velocity_exceeds_cap=checks.flag(
            raw.get("velocity_exceeds_cap", False), "limits.velocity_exceeds_cap"
        ),
    )


def parse_thresholds(raw: Document) -> Thresholds:
    """``thresholds``: what a PQL meets."""
    checks.only(raw, {"total", "fit", "behavior"}, "thresholds")
    default = Thresholds()
    return Thresholds(
        total=checks.points(raw.get("total", default.total), "thresholds.total", least=0),
        fit=checks.points(raw.get("fit", default.fit), "thresholds.fit", least=0),
        behavior=checks.points(
            raw.get("behavior", default.behavior), "thresholds.behavior", least=0
        ),
    )


def parse_combination(raw: Document, limits: Limits) -> Blend | None:
    """``combination``: a sum, or a blend of both axes in percent."""
    checks.only(raw, {"mode", "behavior", "fit"}, "combination")
    mode = raw.get("mode", "sum")
    if mode not in ("sum", "blend"):
        raise SpecError("combination.mode", "is sum or blend")
    if mode == "sum":
        if raw.keys() - {"mode"}:
            raise SpecError("combination", "a sum has no weights; say mode: blend")
        return None
    behavior = checks.points(raw.get("behavior"), "combination.behavior", least=0, most=100)
    fit = checks.points(raw.get("fit"), "combination.fit", least=0, most=100)
    if behavior + fit != 100:
        raise SpecError("combination", "behavior and fit add up to 100 percent")
    if not (limits.fit and limits.behavior):
        raise SpecError("limits", "a blend needs limits above 0: shares are of the maxima")
    return Blend(behavior, fit)


def parse_decay(raw: Document, columns: Columns) -> Decay:
    """``decay``: what silence costs."""
    known = {"mode", "points", "percent", "period", "grace", "floor", "silence", "expired"}
    checks.only(raw, known, "decay")
    silence = raw.get("silence", "larger")
    if silence not in ("larger", "both"):
        raise SpecError("decay.silence", "is larger or both")
    percent = Fraction(str(checks.number(raw.get("percent", 10), "decay.percent")))
    if not 1 <= percent <= 100:
        raise SpecError("decay.percent", "is between 1 and 100")
    return Decay(
        mode=checks.choice(DecayMode, raw.get("mode", "periods"), "decay.mode"),
        points=checks.points(raw.get("points", 10), "decay.points", least=0),
        percent=percent,
        period_us=length_us(raw.get("period", "30d"), "decay.period"),
        grace_us=duration_us(raw.get("grace", "0d"), "decay.grace"),
        floor=checks.points(raw.get("floor", 5), "decay.floor", least=0),
        both=silence == "both",
        expired=_expired(raw.get("expired"), columns),
    )


def _expired(raw: object, columns: Columns) -> Expired | None:
    if raw is None:
        return None
    where = "decay.expired"
    terms = _mapping(raw, where, "{points: 20, period: 7d}")
    checks.only(terms, {"points", "period"}, where)
    return Expired(
        points=checks.points(terms.get("points"), f"{where}.points", least=0),
        period_us=length_us(terms.get("period"), f"{where}.period"),
        column=columns.add(MEASURES["trial_over"], {}, where),
    )


def parse_segment(raw: object, columns: Columns) -> Segment | None:
    """``segment``: the leads this rubric is for; every other lead of the product is not its."""
    if raw is None:
        return None
    terms = _mapping(raw, "segment", "{name: Enterprise, order: 10, when: [...]}")
    checks.only(terms, {"name", "order", "when"}, "segment")
    name = checks.words(terms.get("name"), "segment.name", 60)
    if not name:
        raise SpecError("segment.name", "names the segment, e.g. Enterprise")
    return Segment(
        name,
        checks.points(terms.get("order", 10), "segment.order", least=0, most=1000),
        columns.conditions(terms.get("when"), "segment.when", only_attributes=True),
    )


def parse_ceiling(raw: object, columns: Columns) -> Ceiling | None:
    """``ceiling``: the most behavior can be while all its conditions hold."""
    if raw is None:
        return None
    terms = _mapping(raw, "ceiling", "{behavior: 40, when: [...]}")
    checks.only(terms, {"name", "behavior", "when"}, "ceiling")
    return Ceiling(
        checks.words(terms.get("name"), "ceiling.name", 120) or "Ceiling",
        checks.points(terms.get("behavior"), "ceiling.behavior", least=0),
        columns.conditions(terms.get("when"), "ceiling.when"),
    )


def parse_cross_product(raw: object, columns: Columns) -> CrossProduct | None:
    """``cross_product``: a bonus for using several products."""
    if raw is None:
        return None
    terms = _mapping(raw, "cross_product", "{points: 10, within: 30d, products: 2}")
    checks.only(terms, {"points", "within", "products"}, "cross_product")
    measure = columns.measure({"measure": "active_products"}, "cross_product")
    window = {"window": {"last": terms.get("within", "30d")}}
    length_us(window["window"]["last"], "cross_product.within")
    products = terms.get("products", 2)
    if isinstance(products, bool) or not isinstance(products, int) or not 2 <= products <= 100:
        raise SpecError("cross_product.products", "is a whole number of products, 2 or more")
    return CrossProduct(
        checks.points(terms.get("points"), "cross_product.points", least=0),
        products,
        columns.add(measure, window, "cross_product"),
    )


def parse_group(
    key: str, raw: object, members: Sequence[int], criteria: Sequence[Criterion]
) -> Group:
    """One entry of ``groups``: criteria that share a limit."""
    where = f"groups.{checks.key(key, 'groups')}"
    terms = _mapping(raw, where, "{name: Engagement, max: 30}")
    checks.only(terms, {"name", "max", "min"}, where)
    if not members:
        raise SpecError(where, f"no criterion belongs to it; give some `group: {key}`")
    axes = {criteria[i].axis for i in members}
    if len(axes) > 1:
        raise SpecError(where, "its criteria are all of fit or all of behavior")
    for i in members:
        if criteria[i].role is not Role.ACTION:
            raise SpecError(
                f"criteria.{criteria[i].key}.group", "velocity and silence belong to no group"
            )
    most, least = (
        None if terms.get(end) is None else checks.points(terms[end], f"{where}.{end}")
        for end in ("max", "min")
    )
    if most is None and least is None:
        raise SpecError(where, "give max, min or both, e.g. {max: 30}")
    if most is not None and least is not None and least > most:
        raise SpecError(f"{where}.min", f"is {most} or less, the max")
    name = checks.words(terms.get("name"), f"{where}.name", 120)
    return Group(
        key, name or key.replace("_", " ").capitalize(), axes.pop(), tuple(members), most, least
    )


def parse_matrix(raw: object) -> Matrix | None:
    """``matrix``: where each axis counts as high."""
    if raw is None:
        return None
    terms = _mapping(raw, "matrix", "{fit: 25, behavior: 60}")
    checks.only(terms, {"fit", "behavior"}, "matrix")
    return Matrix(
        checks.points(terms.get("fit"), "matrix.fit", least=0),
        checks.points(terms.get("behavior"), "matrix.behavior", least=0),
    )


def parse_bands(raw: object) -> tuple[Band, ...]:
    """``bands``: named ranges of the total, the first from 0."""
    if raw is None:
        return ()
    if isinstance(raw, str) or not isinstance(raw, Sequence):
        raise SpecError("bands", "is a list such as [{at_least: 0, name: Cold}]")
    bands = []
    for number, entry in enumerate(raw, 1):
        where = f"bands[{number}]"
        terms = _mapping(entry, where, "{at_least: 31, name: Warm, meaning: ...}")
        checks.only(terms, {"at_least", "name", "meaning"}, where)
        name = checks.words(terms.get("name"), f"{where}.name", 60)
        if not name:
            raise SpecError(f"{where}.name", "names the band, e.g. Warm")
        bands.append(
            Band(
                checks.points(terms.get("at_least"), f"{where}.at_least", least=0),
                name,
                checks.words(terms.get("meaning"), f"{where}.meaning", 200),
            )
        )
    starts = [band.at_least for band in bands]
    if starts and (starts[0] != 0 or starts != sorted(set(starts))):
        raise SpecError("bands", "start at 0 and rise from one to the next")
    return tuple(bands)


def _mapping(raw: object, where: str, example: str) -> Document:
    if not isinstance(raw, Mapping):
        raise SpecError(where, f"is a mapping such as {example}")
    return raw
