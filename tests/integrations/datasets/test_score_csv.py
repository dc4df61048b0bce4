"""`manage.py score_csv`: a CSV of leads scored by a rubric file, nothing left behind."""

import csv
import io
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.models import Hit, Lead, Product
from rubrics.models import Rubric

pytestmark = pytest.mark.django_db(transaction=True)

RUBRIC = """\
rubric: small
thresholds: {total: 15, fit: 5, behavior: 5}
bands: [{at_least: 0, name: Cold}, {at_least: 15, name: "=Hot"}]
signals:
  in: {name: Logged in, events: [{event: Logged In, source: Elsewhere}]}
criteria:
  - {key: size, measure: number_in_range, attribute: account.employees,
     tiers: [{ranges: [[50, 500]], points: 10}]}
  - {key: logins, measure: count, signals: [in], window: {first: 7d},
     tiers: [{at_least: 2, points: 8}]}
"""
LEADS = """\
external_id,created_at,account.domain,account.employees
u1,2026-03-01T00:00:00Z,a.example,100
=u2,2026-03-01T00:00:00Z,b.example,
u3,2026-03-30T00:00:00Z,a.example,100
u4,yesterday,a.example,100
u1,2026-03-02T00:00:00Z,a.example,100
"""
EVENTS = """\
external_id,event,occurred_at,plan
u1,Logged In,2026-03-01T10:00:00Z,pro
u1,Logged In,2026-03-02T10:00:00Z,
u1,Logged In,2026-03-20T10:00:00Z,
nobody,Logged In,2026-03-02T10:00:00Z,
"""
JSON_EVENTS = """\
{"messageId": "1", "userId": "u1", "event": "Logged In", "timestamp": "2026-03-01T10:00:00Z"}
{"messageId": "1", "userId": "u1", "event": "Logged In", "timestamp": "2026-03-01T10:00:00Z"}
{"messageId": "2", "userId": "u1", "event": "Logged In", "timestamp": "2026-03-02T10:00:00Z"}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in (("r.yaml", RUBRIC), ("l.csv", LEADS), ("e.csv", EVENTS),
                       ("e.jsonl", JSON_EVENTS)):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def score(files: Path, **options: Any) -> tuple[list[dict[str, str]], str]:
    out, errors = StringIO(), StringIO()
    call_command("score_csv", str(files / "l.csv"), rubric=str(files / "r.yaml"), stdout=out,
                 stderr=errors, **{"at": "2026-03-15T00:00:00Z", **options})  # fmt: skip
    return list(csv.DictReader(io.StringIO(out.getvalue()))), errors.getvalue()


@pytest.mark.parametrize("events", ["e.csv", "e.jsonl"])
def test_leads_are_scored_in_the_order_of_the_file(files: Path, events: str) -> None:
    rows, errors = score(files, events=files / events)
    assert [row["external_id"] for row in rows] == ["u1", "'=u2", "u3"]
    first, unknown, later = rows
    assert first == {
        "external_id": "u1", "fit": "10", "fit_low": "10", "fit_high": "10", "behavior": "8",
        "total": "18", "is_pql": "yes", "band": "'=Hot", "tier": "",
        "reasons": "Company size 50–500 (+10); Logged in ×2 in the first 7 days (+8)",
        "size": "10", "logins": "8",
    }  # fmt: skip
    assert (unknown["fit"], unknown["fit_high"], unknown["is_pql"]) == ("0", "10", "no")
    assert (later["total"], later["reasons"]) == ("", "Signed up after 2026-03-15 00:00")
    assert "l.csv, line 5: created_at: " in errors
    assert "l.csv, line 6: external_id: 'u1' stands in an earlier line" in errors


ACCOUNT_RUBRIC = """\
rubric: companies
subject: account
thresholds: {total: 15, fit: 5, behavior: 5}
decay: {mode: none}
signals:
  in: {name: Logged in, events: [{event: Logged In}]}
criteria:
  - {key: size, measure: number_in_range, attribute: account.employees,
     tiers: [{ranges: [[50, 500]], points: 10}]}
  - {key: users, measure: active_users, signals: [in],
     tiers: [{at_least: 2, points: 8}, {points: 3}]}
"""
COMPANY_LEADS = """\
external_id,created_at,account.id,account.domain,account.name,account.employees
u1,2026-03-01T00:00:00Z,,a.example,,100
u2,2026-03-02T00:00:00Z,77,,,20
u3,2026-03-02T00:00:00Z,,a.example,,100
u4,2026-03-02T00:00:00Z,,,,100
u5,2026-03-20T00:00:00Z,,,Late Ltd,100
u6,2026-03-03T00:00:00Z,,,,
u7,2026-03-20T00:00:00Z,,a.example,,100
"""
COMPANY_EVENTS = """\
external_id,event,occurred_at
u1,Logged In,2026-03-01T10:00:00Z
u3,Logged In,2026-03-02T10:00:00Z
u7,Logged In,2026-03-20T10:00:00Z
u2,Logged In,2026-03-04T10:00:00Z
"""


@pytest.fixture
def companies(files: Path) -> Path:
    for name, text in (("r.yaml", ACCOUNT_RUBRIC), ("l.csv", COMPANY_LEADS),
                       ("e.csv", COMPANY_EVENTS)):  # fmt: skip
        (files / name).write_text(text, encoding="utf-8")
    return files


def test_accounts_are_scored_by_their_leads(companies: Path) -> None:
    rows, errors = score(companies, events=companies / "e.csv")
    told = ("account", "leads", "fit", "behavior", "total", "is_pql", "reasons", "size", "users")
    assert [[row[name] for name in told] for row in rows] == [
        ["a.example", "2", "10", "8", "18", "yes",
         "Company size 50–500 (+10); Logged in: 2 users (+8)", "10", "8"],
        ["77", "1", "0", "3", "3", "no", "Logged in: 1 user (+3)", "0", "3"],
        ["Late Ltd", "0", "", "", "", "", "No lead had signed up by 2026-03-15 00:00", "", ""],
    ]  # fmt: skip
    assert "l.csv, line 5: account.domain: an account needs account.id, account.domain" in errors
    assert "l.csv, line 7: account.domain: missing: give account.id, account.domain or" in errors


def test_accounts_need_a_column_that_names_them(companies: Path) -> None:
    (companies / "l.csv").write_text("external_id,created_at\nu1,2026-03-01T00:00:00Z\n")
    with pytest.raises(CommandError, match=r"l.csv has no column account.id, account.domain or"):
        score(companies)


def test_without_events_behavior_is_nothing(files: Path) -> None:
    rows, _ = score(files)
    assert [row["behavior"] for row in rows] == ["0", "0", ""]


def test_the_database_is_left_as_it_was(files: Path) -> None:
    score(files, events=files / "e.csv")
    for model in (Lead, Product, Rubric, Hit):
        assert not model._default_manager.exists()


def test_the_result_is_written_to_a_file(files: Path) -> None:
    target = files / "scores.csv"
    rows, _ = score(files, out=target)
    assert len(target.read_text(encoding="utf-8").splitlines()) == 4
    assert rows == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"at": "soon"}, "--at: "),
        ({"rubric": "none.yaml"}, "cannot be read"),
        ({"events": Path("none.jsonl")}, "there is no file none.jsonl"),
    ],
)
def test_what_cannot_be_scored_is_told(files: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("score_csv", str(files / "l.csv"),
                     **{"rubric": str(files / "r.yaml"), **options})  # fmt: skip


def test_a_missing_column_is_named(files: Path) -> None:
    (files / "l.csv").write_text("external_id\nu1\n", encoding="utf-8")
    with pytest.raises(CommandError, match="has no column 'created_at'"):
        score(files)


@pytest.mark.parametrize("refused", ["l.csv", "e.csv"])
@pytest.mark.parametrize("to_file", [False, True])
def test_what_is_refused_writes_nothing(files: Path, refused: str, to_file: bool) -> None:
    (files / refused).write_text("who,when\nu1,today\n", encoding="utf-8")
    kept, printed = files / "scores.csv", StringIO()
    kept.write_text("of yesterday", encoding="utf-8")
    with pytest.raises(CommandError, match=f"{refused} has no column"):
        call_command(
            "score_csv", str(files / "l.csv"), rubric=str(files / "r.yaml"),
            events=files / "e.csv", out=kept if to_file else None, stdout=printed,
        )  # fmt: skip
    assert printed.getvalue() == ""
    assert kept.read_text(encoding="utf-8") == "of yesterday"
