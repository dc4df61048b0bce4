"""Small data sets written to disk."""

import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

LEADS = """\
external_id,plan,seats,zip,email,created_at,account.domain,account.employees,account.technologies
u1,pro,3,01234,ANN@acme.example,2026-01-01T10:00:00Z,acme.example,120,Salesforce; Slack
u2,NA,,99999,bo@acme.example,2026-01-02T10:00:00+02:00,acme.example,130,
u3,free,12,10115,,2026-01-03T10:00:00Z,,,
"""
OUTCOMES = """\
external_id,outcome,occurred_at
u1,converted,2026-02-01T00:00:00Z
u3,lost,2026-02-02T00:00:00Z
"""
SNAPSHOT = """\
protocol,external_id,snapshot_at,label
age,u1,2026-01-20T00:00:00Z,1
age,u2,2026-01-20T00:00:00Z,0
age,u3,2026-01-20T00:00:00Z,0
"""
RUBRIC: dict[str, Any] = {
    "format": 1,
    "rubric": "tiny",
    "thresholds": {"total": 20, "fit": 5, "behavior": 10},
    "signals": {"built": {"events": [{"event": "Built", "value": "size"}]}},
    "criteria": [
        {
            "key": "size",
            "axis": "fit",
            "name": "Size",
            "measure": "number_in_range",
            "attribute": "account.employees",
            "tiers": [{"ranges": [[100, 125]], "points": 10}],
        },
        {
            "key": "built",
            "axis": "behavior",
            "name": "Built",
            "measure": "count",
            "signals": ["built"],
            "tiers": [{"at_least": 2, "points": 30}, {"at_least": 1, "points": 10}],
        },
    ],
}


def event(number: int, user: str, at: str, **fields: Any) -> dict[str, Any]:
    """A track call with message id ``m<number>``."""
    return {
        "type": "track",
        "messageId": f"m{number}",
        "userId": user,
        "event": "Built",
        "timestamp": at,
        "properties": {"size": number},
    } | fields


EVENTS = [
    event(1, "u1", "2026-01-05T10:00:00Z"),
    event(2, "u1", "2026-01-06T10:00:00Z"),
    event(3, "u2", "2026-01-07T10:00:00Z"),
    event(4, "u2", "2026-01-20T00:00:00Z"),
    event(5, "u3", "2026-01-25T10:00:00Z"),
]


def write_set(
    directory: Path,
    *,
    leads: str = LEADS,
    events: Iterable[dict[str, Any] | str] = tuple(EVENTS),
    outcomes: str = OUTCOMES,
    snapshot: str = SNAPSHOT,
    packed: Sequence[str] = (),
) -> Path:
    """Write the files; those named in ``packed`` are gzipped."""
    directory.mkdir(parents=True, exist_ok=True)
    lines = [one if isinstance(one, str) else json.dumps(one) for one in events]
    files = {
        "leads.csv": leads,
        "events.jsonl": "".join(f"{line}\n" for line in lines),
        "outcomes.csv": outcomes,
        "snapshot.csv": snapshot,
    }
    for name, text in files.items():
        if name in packed:
            (directory / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (directory / name).write_text(text, encoding="utf-8")
    return directory
