"""A report as plain rows and as a document: for CSV files and the command line."""

from dataclasses import asdict
from typing import Any

from rubrics.dataquality.report import Report

HEAD = ("part", "name", "state", "number", "of", "points", "decisions", "detail")


def rows_of(report: Report) -> list[tuple[object, ...]]:
    """Every line of the report under one head; one line a finding, attribute, signal and event."""
    return [
        *(
            ("finding", one.what, one.level, "", "", "", "", f"{one.why} {one.todo}")
            for one in report.findings
        ),
        *(
            ("attribute", row.criterion, f"{row.fill} %", row.known, row.of,
             max(row.most, -row.least), "" if row.flips is None else row.flips, row.attributes)
            for row in report.attributes
        ),
        *(
            ("signal", row.name, row.state, row.month, row.hits, row.points, "",
             ", ".join(row.events))
            for row in report.signals
        ),
        *(
            ("instrument", one.what, "", "", "", one.points, "", f"{one.why} {one.todo}")
            for one in report.missing
        ),
        ("maturity", "Events in 30 days", report.maturity.level, report.maturity.events, "", "", "",
         report.maturity.meaning),
    ]  # fmt: skip


def document_of_report(report: Report) -> dict[str, Any]:
    """The report as a JSON document."""
    return {
        "version": report.label,
        "as_of": report.as_of.isoformat(),
        "maturity": asdict(report.maturity),
        "findings": [asdict(one) for one in report.findings],
        "attributes": [asdict(row) | {"fill": row.fill} for row in report.attributes],
        "signals": [asdict(row) | {"state": row.state} for row in report.signals],
        "instrument": [asdict(one) for one in report.missing],
        "facts": {
            key: value
            for key, value in report.facts.items()
            if key not in ("signals", "versions", "attributes", "account_attributes")
        },
    }
