"""What a backtest's page shows of its report: figures in words, tables, charts."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from rubrics.backtests.examples import kinds_words
from rubrics.backtests.export import table_names
from rubrics.backtests.sweep import TO_OPPORTUNITY, TO_WON, advise, share_words
from rubrics.backtests.text import figure, many, percent
from rubrics.backtests.warnings import FEWEST_CONVERTED
from rubrics.charts.intervals import bar_chart, roc_chart, sweep_chart
from rubrics.models import Backtest

Report = Mapping[str, Any]
REPS, EACH = 3, 40
MOST_REPS, MOST_EACH = 10_000, 10_000
STEP = 5
"""Thresholds that the table shows; all are in the CSV file."""
VERDICTS = {
    "for": ("Converts more", "success"),
    "against": ("Converts less", "danger"),
    "open": ("Not told apart", "info"),
}
GROUPS = (
    ("criterion", "Tiers of this version"),
    ("signal", "Signals, whether the version counts them or not"),
    ("attribute", "Attributes, whether the version counts them or not"),
)


def page_context(backtest: Backtest, query: QueryDict) -> dict[str, Any]:
    """The page of a backtest; of one that runs it shows how far it is, and nothing more.

    ``query`` may say ``reps`` and ``each``: the capacity that a threshold is looked for.
    """
    if backtest.is_running or not backtest.results:
        return {}
    report = backtest.results
    reps = _count(query.get("reps"), REPS, MOST_REPS)
    each = _count(query.get("each"), EACH, MOST_EACH)
    main, *others = report["versions"]
    converts = "converted"
    if "opportunity" in backtest.kinds:
        converts = "become an opportunity" if len(backtest.kinds) == 1 else "converted"
    return {
        "report": report,
        "many": many(report),
        "main": main,
        "headline": headline(report),
        "figures": [_figures(version) for version in report["versions"]],
        "bucket_charts": [_buckets(version) for version in report["versions"]],
        "tenths": _tenths(main),
        "curve": roc_chart([version["roc"] for version in report["versions"]]),
        "has_other": bool(others),
        "difference": difference(report),
        **_capacity(main, reps, each, converts, backtest),
        "lift_groups": _lift_groups(report["lifts"]),
        "weights": _weights(report.get("weights") or {}, many(report)),
        "tables": table_names(report),
        "doubts": _doubts(report),
        "counted": kinds_words(backtest.kinds),
    }


def _count(raw: str | None, usual: int, most: int) -> int:
    """A number from the address, or the usual one where it is none."""
    if raw is None or not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:6]) <= most:
        return usual
    return int(raw[:6])


def headline(report: Report) -> str:
    """The one sentence that says whether the score tells converters apart."""
    main, who = report["versions"][0], many(report)
    auc, lift = main["auc_total"], main["pqls"]["lift"]
    if auc is None:
        return f"Nothing can be told: all {who} ended alike, or there is none."
    if auc["high"] < 0.5:
        return f"The score points the wrong way: {who} that converted scored lower than others."
    if auc["low"] <= 0.5:
        return "No lift can be claimed: the score may be no better than chance."
    rarer = min(report["positives"], report["leads"] - report["positives"])
    if rarer < FEWEST_CONVERTED:
        return (
            f"Too few outcomes to prove anything ({rarer}), though {who} that converted had scored "
            "higher."
        )
    words = f"{who.capitalize()} that converted had scored higher"
    if lift and lift["low"] > 1:
        return f"{words}, and PQLs converted {lift['value']:.1f} times as often as the others."
    return f"{words}, but PQLs have not been told apart from the others."


def difference(report: Report) -> str:
    """Whether the version is better than the one beside it."""
    gain = report["difference"]
    if not gain:
        return ""
    mine, other = (version["label"] for version in report["versions"])
    who = many(report)
    interval = f"AUC {gain['value']:+.3f}, {gain['low']:+.3f} to {gain['high']:+.3f}"
    if gain["low"] <= 0 <= gain["high"]:
        return f"{mine} and {other} have not been told apart on these {who} ({interval})."
    better = "better" if gain["value"] > 0 else "worse"
    return f"{mine} tells converters apart {better} than {other} on the same {who} ({interval})."


def _figures(version: Report) -> dict[str, Any]:
    pqls, ends = version["pqls"], version["quarters"]
    return {
        "label": version["label"],
        "rows": [
            ("AUC of the total", figure(version["auc_total"])),
            ("AUC of fit alone", figure(version["auc_fit"])),
            ("AUC of behavior alone", figure(version["auc_behavior"])),
            ("PQLs", f"{pqls['leads']:,}"),
            ("PQLs that converted (precision)", percent(pqls["precision"])),
            ("Others that converted", percent(pqls["rest_conversion"])),
            ("PQLs against others", times(pqls["lift"])),
            ("Converters that were PQLs (recall)", percent(pqls["recall"])),
            ("Best quarter converted", percent(ends["top"]["conversion"]) if ends else "-"),
            ("Worst quarter converted", percent(ends["bottom"]["conversion"]) if ends else "-"),
            ("Best against worst quarter", times(ends["lift"]) if ends else "-"),
        ],
    }


def times(estimate: Report | None) -> str:
    """``2.4 times (1.8 to 3.1)``."""
    if estimate is None:
        return "cannot be told"
    return f"{estimate['value']:.1f} times ({estimate['low']:.1f} to {estimate['high']:.1f})"


def _buckets(version: Report) -> dict[str, Any]:
    rows = [{**bucket, "words": percent(bucket["conversion"])} for bucket in version["buckets"]]
    return {"label": version["label"], "chart": bar_chart(version["buckets"]), "rows": rows}


def _tenths(version: Report) -> dict[str, Any]:
    parts = [
        {
            **part,
            "label": str(part["low"])
            if part["low"] == part["high"]
            else f"{part['low']}-{part['high']}",
            "words": percent(part["conversion"]),
        }
        for part in version["tenths"]
    ]
    return {"label": version["label"], "chart": bar_chart(parts), "rows": parts}


def _capacity(
    version: Report, reps: int, each: int, converts: str, backtest: Backtest
) -> dict[str, Any]:
    steps, now = version["sweep"], version["thresholds"]["total"]
    if not steps:
        return {"reps": reps, "each": each, "steps": []}
    advice = advise(steps, reps=reps, each=each, converts=converts)
    advised = advice.step["total"] if advice.step else None
    shown = {now, advised}
    bands = TO_OPPORTUNITY if "opportunity" in backtest.kinds else TO_WON
    rows = [
        {
            **step,
            "words": percent(step["conversion"]),
            "recalled": percent(step["recall"]),
            "share_words": share_words(step["share"], many(backtest.results)),
            "band": band_words(step["conversion"], bands),
            "is_now": step["total"] == now,
            "is_advised": step["total"] == advised,
        }
        for step in _worth_showing(steps, shown)
    ]
    return {
        "reps": reps,
        "each": each,
        "advice": advice,
        "steps": rows,
        "sweep": sweep_chart(steps, now=now, advised=advised),
    }


def _worth_showing(steps: list[Report], marked: set[int | None]) -> list[Report]:
    """Every fifth threshold and those marked; of several with the same leads the last."""
    rounded = [step for step in steps if step["total"] % STEP == 0 or step["total"] in marked]
    following = [*(step["leads"] for step in rounded[1:]), -1]
    return [
        step
        for step, leads in zip(rounded, following, strict=True)
        if step["leads"] != leads or step["total"] in marked
    ]


def band_words(conversion: Report | None, bands: tuple[float, ...]) -> str:
    """How so large a share of PQLs that convert compares with the sources' benchmarks."""
    if conversion is None:
        return ""
    low, typical, usual, high = bands
    value = conversion["value"]
    if value < low:
        return "below what is usual"
    if value < typical:
        return "low"
    return "typical" if value <= usual else "good" if value < high else "high"


def _lift_groups(lifts: list[Report]) -> list[dict[str, Any]]:
    groups = []
    for kind, title in GROUPS:
        rows = [_lift_row(lift) for lift in lifts if lift["kind"] == kind]
        if kind != "criterion":
            rows.sort(key=lambda row: row["chance"])
        told = sum(row["verdict"] != "open" for row in rows)
        if rows:
            groups.append({"title": title, "rows": rows, "told": told, "kind": kind})
    return groups


def _lift_row(lift: Report) -> dict[str, Any]:
    label, color = VERDICTS[lift["verdict"]]
    chance = lift["chance"]
    return {
        **lift,
        "label": label,
        "color": color,
        "shown_chance": "under 0.001" if chance < 0.001 else f"{chance:.3f}",
        "with_words": _short(lift["with_it"]),
        "without_words": _short(lift["without"]),
        "times": _times(lift["lift"]),
    }


def _short(estimate: Report | None) -> str:
    """``11.6 (5-24)``, in percent."""
    if estimate is None:
        return "-"
    value, low, high = (100 * estimate[end] for end in ("value", "low", "high"))
    return f"{value:.1f} ({low:.0f}-{high:.0f})"


def _times(estimate: Report | None) -> str:
    """``2.4 (1.8-3.1)``."""
    if estimate is None:
        return "-"
    return f"{estimate['value']:.1f} ({estimate['low']:.1f}-{estimate['high']:.1f})"


def _weights(weights: Report, who: str) -> dict[str, Any]:
    if not weights:
        return {}
    gain = weights["gain"]
    told = ""
    if gain:
        told = (
            f"Learnt from {weights['learnt_from']:,} {who}. On the other "
            f"{weights['checked_on']:,}, which they were not learnt from, the AUC goes from "
            f"{figure(weights['auc_now'])} to {figure(weights['auc_then'])}: by "
            f"{gain['value']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})."
        )
    precision = ""
    if weights["changes"]:
        precision = (
            f"With the total's threshold at {weights['new_total']} instead of "
            f"{weights['old_total']} there are about as many PQLs; of these, "
            f"{percent(weights['precision_then'])} converted there instead of "
            f"{percent(weights['precision_now'])}."
        )
    return {**weights, "told": told, "precision": precision}


def _doubts(report: Report) -> list[str]:
    """Every warning, the general ones first."""
    several = len(report["versions"]) > 1
    found = [report["approach"], *report["warnings"]]
    for version in report["versions"]:
        start = f"{version['label']}: " if several else ""
        found += [f"{start}{warning}" for warning in version["warnings"]]
    if report["versions"][0]["sweep"]:
        found.append(
            "Whoever picks a threshold from these figures by its conversion picks luck as well: "
            f"expect a little less on new {many(report)}."
        )
    return [doubt for doubt in found if doubt]
