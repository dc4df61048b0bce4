"""A backtest's report for people who read a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rubrics.backtests.sweep import advise
from rubrics.scoring.types import Subject

Report = Mapping[str, Any]
MOST_TOLD = 12


def many(report: Report) -> str:
    """Who was looked at: ``leads``, or ``accounts``."""
    return Subject(report.get("subject", Subject.LEAD)).many


def as_text(report: Report, *, reps: int = 3, each: int = 40) -> str:
    """The report in a screen or two; the tables in full are in the CSV files and the JSON."""
    lines = [
        f"{report['leads']:,} {many(report)}, {report['positives']:,} converted "
        f"({percent(report['base_rate'])})",
        *(f"Left out: {one['leads']:,} {one['words']}" for one in report["left_out"]),
    ]
    for version in report["versions"]:
        lines += ["", *_version(version, many(report), reps=reps, each=each)]
    if report["difference"]:
        lines += ["", _difference(report)]
    lines += ["", *_lifts(report["lifts"], many(report))]
    lines += _weights(report.get("weights") or {}, many(report))
    warnings = [*report["warnings"], report["approach"]]
    lines += ["", *(f"Note: {warning}" for warning in warnings if warning)]
    return "\n".join(lines).rstrip()


def _version(version: Report, who: str, *, reps: int, each: int) -> Iterator[str]:
    pqls, top, ends = version["pqls"], version["top_fifth"], version["quarters"]
    yield f"{version['label']}: ROC AUC of {version['axis']}: {figure(version['auc'])}"
    yield (
        f"Total alone {figure(version['auc_total'])}, fit {figure(version['auc_fit'])}, "
        f"behavior {figure(version['auc_behavior'])}"
    )
    yield (
        f"PQLs: {pqls['leads']:,}, of which {percent(pqls['precision'])} converted; they are "
        f"{percent(pqls['recall'])} of all that converted; {_lift(pqls['lift'])}"
    )
    yield f"Best fifth: {percent(top['precision'])} converted"
    if ends:
        yield (
            f"Best quarter {percent(ends['top']['conversion'])} against worst quarter "
            f"{percent(ends['bottom']['conversion'])}: {_lift(ends['lift'])}"
        )
    yield ""
    yield f"{'score':>9} {who:>8} {'converted':>10} {'conversion, 95 % interval':>28}"
    for bucket in version["buckets"]:
        yield (
            f"{bucket['label']:>9} {bucket['leads']:>8,} {bucket['positives']:>10,} "
            f"{percent(bucket['conversion']):>28}"
        )
    if version["sweep"]:
        yield ""
        yield advise(version["sweep"], reps=reps, each=each, converts="converted").words
    yield from (f"Note: {warning}" for warning in version["warnings"])


def _difference(report: Report) -> str:
    mine, other = (version["label"] for version in report["versions"])
    gain = report["difference"]
    told = f"{gain['value']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"
    if gain["low"] <= 0 <= gain["high"]:
        return f"{mine} and {other} have not been told apart: AUC {told}"
    return f"{mine} is {'better' if gain['value'] > 0 else 'worse'} than {other}: AUC {told}"


def _lifts(lifts: Sequence[Report], who: str) -> Iterator[str]:
    told = sorted(
        (lift for lift in lifts if lift["verdict"] != "open" and lift["lift"]),
        key=lambda lift: -abs(lift["lift"]["value"] - 1),
    )
    yield (
        f"{len(told)} of {len(lifts)} signals, attributes and tiers tell converters apart "
        "(corrected for looking at all of them):"
    )
    for lift in told[:MOST_TOLD]:
        points = "" if lift["points"] is None else f", {lift['points']:+} points"
        words = f"{lift['name']}: {lift['words']}" if lift["words"] else lift["name"]
        yield f"  {_lift(lift['lift'])}  {words} ({lift['leads']:,} {who}{points})"


def _weights(weights: Report, who: str) -> Iterator[str]:
    if not weights:
        return
    yield ""
    if weights["why"]:
        yield f"Points: {weights['why']}"
        return
    yield (
        f"Points learnt from {weights['learnt_from']:,} {who} raise the AUC on the other "
        f"{weights['checked_on']:,} from {weights['auc_now']['value']:.3f} to "
        f"{weights['auc_then']['value']:.3f} (by {weights['gain']['low']:.3f} to "
        f"{weights['gain']['high']:.3f}):"
    )
    for change in weights["changes"]:
        for tier in change["tiers"]:
            yield f"  {change['name']}: {tier['words']}: {tier['old']:+} to {tier['new']:+}"


def figure(estimate: Report | None) -> str:
    """``0.712 (0.680 to 0.741)``."""
    if estimate is None:
        return "none"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"


def percent(estimate: Report | None) -> str:
    """``11.7 % (11.4 % to 12.0 %)``."""
    if estimate is None:
        return "none"
    parts = (estimate["value"], estimate["low"], estimate["high"])
    value, low, high = (f"{100 * part:.1f} %" for part in parts)
    return f"{value} ({low} to {high})"


def _lift(estimate: Report | None) -> str:
    if estimate is None:
        return "no lift to tell"
    return f"lift {estimate['value']:.2f} ({estimate['low']:.2f} to {estimate['high']:.2f})"
