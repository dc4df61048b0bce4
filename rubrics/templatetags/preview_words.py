"""Words and figures of a preview's page."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from django import template

register = template.Library()


class Figure(NamedTuple):
    """One figure of both sides, in words."""

    label: str
    now: str
    then: str


@register.filter
def figures(comparison: Mapping[str, Any]) -> Iterator[Figure]:
    """How well each side chooses, with intervals."""
    now, then = comparison.get("now"), comparison["then"]
    before = _told(now) if now else [""] * len(_FIGURES)
    yield from map(Figure, _FIGURES, before, _told(then))


_FIGURES = (
    "AUC: how often a converter outscores another",
    "PQLs among them",
    "Precision: PQLs that converted",
    "Recall: converters that were PQLs",
    "Lift of PQLs over the rest",
)


def _told(side: Mapping[str, Any]) -> list[str]:
    pqls = side["pqls"]
    return [
        _number(side["auc"]),
        f"{pqls['leads']:,}",
        percent(pqls["precision"]),
        percent(pqls["recall"]),
        _lift(pqls["lift"]),
    ]


@register.filter
def bucket_pairs(comparison: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The buckets of both sides beside each other, from the lowest."""
    now = comparison.get("now") or {"buckets": []}
    return list(zip_longest(now["buckets"], comparison["then"]["buckets"]))


@register.filter
def conversion(bucket: Mapping[str, Any] | None) -> str:
    """``12 of 80: 15 % (9 to 24 %)``."""
    if bucket is None or not bucket["leads"]:
        return "nobody"
    told = percent(bucket["conversion"])
    return f"{bucket['positives']:,} of {bucket['leads']:,}: {told}"


def percent(estimate: Mapping[str, float] | None) -> str:
    """``15 % (9 to 24 %)``."""
    if estimate is None:
        return "nothing to divide by"
    value, low, high = (100 * estimate[name] for name in ("value", "low", "high"))
    return f"{value:.0f} % ({low:.0f} to {high:.0f} %)"


def _number(estimate: Mapping[str, float] | None) -> str:
    if estimate is None:
        return "all ended alike"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"


def _lift(lift: float | None) -> str:
    return "nothing to divide by" if lift is None else f"{lift:.1f}×"
