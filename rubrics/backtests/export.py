"""Every table of a backtest as CSV: for a spreadsheet, and safe to open in one."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from leads.spreadsheets import csv_lines
from rubrics.backtests.text import many

ORDER = [
    *("version", "kind", "criterion", "key", "name", "words", "index", "axis", "label", "reason"),
    *("total", "points", "old", "new", "low", "high", "of_others", "of_converters", "prevalence"),
    *("leads", "positives", "converted", "share", "weekly"),
    *("conversion", "conversion_low", "conversion_high", "expected", "recall", "recall_low"),
    *("recall_high", "with_it", "with_it_low", "with_it_high", "without", "without_low"),
    *("without_high", "lift", "lift_low", "lift_high", "chance", "verdict", "note"),
    *("auc", "auc_low", "auc_high", "auc_fit", "auc_fit_low", "auc_fit_high"),
    *("auc_behavior", "auc_behavior_low", "auc_behavior_high", "pqls", "pqls_converted"),
]
"""Columns that are in no table come last, by name."""

Report = Mapping[str, Any]
Rows = Iterable[Mapping[str, Any]]


def table_names(report: Report) -> list[str]:
    """The tables that the report has rows for."""
    return [name for name, rows in _TABLES.items() if next(iter(rows(report)), None)]


def table_csv(report: Report, name: str) -> str:
    """One table; an interval is three columns. Where accounts were looked at, the column ``leads``
    is called so.

    Raises:
        KeyError: there is no such table.
    """
    rows = [_flat(row) for row in _TABLES[name](report)]
    columns = sorted({column for row in rows for column in row}, key=_place)
    head = [many(report) if column == "leads" else column for column in columns]
    return "".join(csv_lines(head, ([row.get(column) for column in columns] for row in rows)))


def _place(column: str) -> tuple[int, str]:
    """Columns stand in one order whatever kept the report: the database's JSON has none."""
    return ORDER.index(column) if column in ORDER else len(ORDER), column


def write_tables(report: Report, directory: Path) -> None:
    """Every table as a file of its own."""
    for name in table_names(report):
        text = table_csv(report, name)
        (directory / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def _of_versions(part: str) -> Callable[[Report], Rows]:
    def rows(report: Report) -> Rows:
        for version in report["versions"]:
            for row in version[part]:
                yield {"version": version["label"], **row}

    return rows


def _summary(report: Report) -> Rows:
    for version in report["versions"]:
        ends = version["quarters"] or {}
        yield {
            "version": version["label"],
            "leads": report["leads"],
            "converted": report["positives"],
            "conversion": report["base_rate"],
            "auc": version["auc_total"],
            "auc_fit": version["auc_fit"],
            "auc_behavior": version["auc_behavior"],
            "pqls": version["pqls"]["leads"],
            "pqls_converted": version["pqls"]["positives"],
            "precision": version["pqls"]["precision"],
            "recall": version["pqls"]["recall"],
            "pql_lift": version["pqls"]["lift"],
            "top_quarter": (ends.get("top") or {}).get("conversion"),
            "bottom_quarter": (ends.get("bottom") or {}).get("conversion"),
            "quarter_lift": ends.get("lift"),
        }


def _curve(report: Report) -> Rows:
    for version in report["versions"]:
        for others, converters in version["roc"]:
            yield {"version": version["label"], "of_others": others, "of_converters": converters}


def _lifts(report: Report) -> Rows:
    return ({**row} for row in report["lifts"])


def _weights(report: Report) -> Rows:
    for change in (report.get("weights") or {}).get("changes", ()):
        for tier in change["tiers"]:
            yield {"criterion": change["key"], "name": change["name"], **tier}


def _warnings(report: Report) -> Rows:
    for warning in report["warnings"]:
        yield {"version": "", "warning": warning}
    for version in report["versions"]:
        for warning in version["warnings"]:
            yield {"version": version["label"], "warning": warning}


_TABLES: Mapping[str, Callable[[Report], Rows]] = {
    "summary": _summary,
    "buckets": _of_versions("buckets"),
    "tenths": _of_versions("tenths"),
    "thresholds": _of_versions("sweep"),
    "curve": _curve,
    "lifts": _lifts,
    "points": _weights,
    "left-out": lambda report: report["left_out"],
    "warnings": _warnings,
}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Intervals spread over three columns."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            cells[name] = value["value"]
            cells[f"{name}_low"], cells[f"{name}_high"] = value["low"], value["high"]
        else:
            cells[name] = value
    return cells
