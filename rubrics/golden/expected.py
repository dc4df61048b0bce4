"""What a case says should come out, compared with what did."""

from collections.abc import Iterator, Mapping
from typing import Any

from rubrics.mappers import Compiled
from rubrics.scoring.types import Judgement, Measured

EXPECTED = frozenset(
    {
        "fit", "fit_low", "fit_high", "behavior", "total", "pql", "band", "tier", "segment",
        "points", "adjustments", "total_at_least", "total_at_most",
    }
)  # fmt: skip


def differences(expect: Mapping[str, Any], measured: Measured, compiled: Compiled) -> Iterator[str]:
    """One text for everything that came out otherwise; of points and adjustments those named."""
    judgement = compiled.judge(measured)
    got = _results(judgement, measured, compiled)
    for name, wanted in expect.items():
        if name in got and got[name] != wanted:
            yield f"{name} is {got[name]}, expected {wanted}"
    least, most = expect.get("total_at_least"), expect.get("total_at_most")
    if least is not None and judgement.total < least:
        yield f"total is {judgement.total}, expected {least} or more"
    if most is not None and judgement.total > most:
        yield f"total is {judgement.total}, expected {most} or less"
    keys = [criterion.key for criterion in compiled.version.criteria]
    points = dict(zip(keys, judgement.points, strict=True))
    for key, wanted in (expect.get("points") or {}).items():
        if key not in points:
            yield f"points.{key}: the rubric has no such criterion"
        elif points[key] != wanted:
            yield f"points.{key} is {points[key]}, expected {wanted}"
    for kind, wanted in (expect.get("adjustments") or {}).items():
        made = sum(points for _, name, points in judgement.adjustments if name == kind)
        if made != wanted:
            yield f"adjustments.{kind} is {made}, expected {wanted}"


def _results(judgement: Judgement, measured: Measured, compiled: Compiled) -> dict[str, Any]:
    version = compiled.version
    return {
        "fit": judgement.fit,
        "fit_low": judgement.fit_low,
        "fit_high": judgement.fit_high,
        "behavior": judgement.behavior,
        "total": judgement.total,
        "pql": judgement.is_pql,
        "band": None if judgement.band is None else version.bands[judgement.band].name,
        "tier": judgement.tier,
        "segment": version.segment is None or version.segment.met(measured.values),
    }
