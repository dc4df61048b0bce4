"""Golden files through the real engine, by the command people run."""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from tests.rows import row_counts

ROOT = Path(__file__).parents[2]
OWN = sorted((ROOT / "tests" / "golden").rglob("*.yaml"))
SHARED = ROOT.parent / "shared" / "vectors"

pytestmark = pytest.mark.django_db
CASE = {"name": "new", "expect": {"fit": 0, "behavior": 0, "pql": False}}
WHOLE = {"rubric": "standard", "cases": [CASE]}
USED = {"key": "used", "measure": "count", "signals": ["used"], "tiers": [{"points": 5}]}
ACCOUNTS = {"rubric": {"subject": "account", "signals": {"used": {}}, "criteria": [USED]}}


def check(*paths: Path) -> tuple[int, list[str]]:
    """The command's exit code and what it printed."""
    out = StringIO()
    try:
        call_command("check_golden_leads", *map(str, paths), stdout=out)
    except SystemExit as stop:
        return int(str(stop.code)), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def write(folder: Path, document: object) -> Path:
    text = yaml.safe_dump(document)
    if isinstance(document, Mapping) and "at" not in document:
        text += "at: 2026-03-31T12:00:00Z\n"
    path = folder / "cases.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in OWN])
def test_own_golden_file(path: Path) -> None:
    before = row_counts()
    code, printed = check(path)
    assert (code, [line for line in printed if line.startswith("FAIL")]) == (0, [])
    assert printed[-1] == f"{len(printed) - 1} passed, 0 failed"
    assert row_counts() == before


def test_shared_vectors() -> None:
    path = SHARED / "methodology.yaml"
    if not path.is_file():
        pytest.skip(f"the worked cases are not beside this checkout: {path}")
    before = row_counts()
    code, printed = check(path)
    assert (code, [line for line in printed if line.startswith("FAIL")]) == (0, [])
    assert len(printed) == len(yaml.safe_load(path.read_text())["cases"]) + 1
    assert row_counts() == before


def test_failing_case_exits_1_and_says_why(tmp_path: Path) -> None:
    wrong = {
        "name": "wrong",
        "hits": [{"signal": "integration_connected", "ago": "1d"}],
        "expect": {"behavior": 14, "points": {"integration": 15, "export": 5, "absent": 1}},
    }
    before = row_counts()
    code, printed = check(write(tmp_path, {**WHOLE, "cases": [CASE, wrong]}))
    assert code == 1
    assert printed == [
        "pass  new",
        "FAIL  wrong: behavior is 5, expected 14; points.absent: the rubric has no such criterion;"
        " points.export is 0, expected 5",
        "1 passed, 1 failed",
    ]
    assert row_counts() == before


def test_what_is_switched_off_is_gone(tmp_path: Path) -> None:
    """Sections and criteria alike; and every kind of result can be expected."""
    rubric = {
        "signals": {"used": {}},
        "criteria": [USED, {**USED, "key": "again", "group": "use"}],
        "groups": {"use": {"max": 3}},
        "bands": [{"at_least": 0, "name": "Cold"}],
    }
    case = {
        "name": "as it is",
        "hits": [{"signal": "used", "ago": "1d"}],
        "expect": {"behavior": 8, "band": "Cold", "tier": None, "segment": True,
                   "adjustments": {"group:use": -2, "cap": 0}},
    }  # fmt: skip
    without = {
        **case,
        "name": "without",
        "override": {"groups": "off", "bands": False, "criteria": {"again": {"group": None}}},
        "expect": {"behavior": 10, "band": None},
    }
    wrong = {**case, "name": "wrong", "expect": {"band": "Hot", "adjustments": {"decay": -1}}}
    path = write(tmp_path, {"rubric": rubric, "cases": [case, without, wrong]})
    assert check(path)[1] == [
        "pass  as it is",
        "pass  without",
        "FAIL  wrong: band is Cold, expected Hot; adjustments.decay is 0, expected -1",
        "2 passed, 1 failed",
    ]


def test_cases_of_several_files_are_added_up(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE)
    assert check(path, path)[1][-1] == "2 passed, 0 failed"


def changed(**fields: Any) -> dict[str, Any]:
    return {**WHOLE, "cases": [{**CASE, **fields}]}


MALFORMED: dict[str, tuple[object, str]] = {
    "no mapping": (["x"], "is no golden file"),
    "no rubric": ({"cases": [CASE]}, "rubric: no preset 'None'"),
    "an unknown rubric": ({**WHOLE, "rubric": "x"}, "rubric: no preset 'x'; there are"),
    "no moment": ({**WHOLE, "at": None}, "at: is a moment with a zone"),
    "a moment as text": ({**WHOLE, "at": "today"}, "at: is a moment with a zone"),
    "no cases": ({**WHOLE, "cases": []}, "cases: list at least one"),
    "lists that are a word": ({**WHOLE, "lists": "x"}, "lists: is a mapping"),
    "a list that is a word": ({**WHOLE, "lists": {"competitors": "x"}}, "lists.competitors: is a"),
    "a case that is a word": ({**WHOLE, "cases": ["x"]}, "cases[1]: is a mapping"),
    "a misspelt part": (changed(leed={}), "cases[1].leed: unknown"),
    "nothing expected": (changed(expect=None), "cases[1].expect: say any of"),
    "a misspelt expectation": (changed(expect={"fitt": 1}), "cases[1].expect: say any of"),
    "expectations in words": (changed(expect="x"), "cases[1].expect: is a mapping"),
    "points in words": (changed(expect={"points": "x"}), "cases[1].expect.points: is a mapping"),
    "a lead that is a word": (changed(lead="x"), "cases[1].lead: is a mapping"),
    "a sign-up without a unit": (changed(lead={"signed_up": 60}), "cases[1].lead.signed_up: '60'"),
    "a sign-up in words": (changed(lead={"signed_up": "then"}), "cases[1].lead.signed_up: 'then'"),
    "a trial over before it began": (
        changed(lead={"signed_up": "5d", "trial_ends": "6d"}), "cases[1].lead.trial_ends: is",
    ),
    "hits that are a word": (changed(hits="x"), "cases[1].hits: is a list"),
    "a hit that is a word": (changed(hits=["x"]), "cases[1].hits[1]: is a mapping"),
    "a hit with a strange field": (changed(hits=[{"at": 1}]), "cases[1].hits[1].at: unknown"),
    "an unknown signal": (changed(hits=[{"signal": "x"}]), "cases[1].hits[1].signal: the rubric"),
    "a hit without its age": (changed(hits=[{"signal": "logged_in"}]), "cases[1].hits[1].ago: "),
    "times in words": (
        changed(hits=[{"signal": "logged_in", "times": "x"}]), "cases[1].hits[1].times: is a",
    ),
    "an override of nothing": (
        changed(override={"criteria": {"x": "off"}}), "cases[1].override.criteria.x: no such",
    ),
    "an override in words": (changed(override={"decay": "x"}), "cases[1].override.decay: is a"),
    "an override that is a number": (
        changed(override={"criteria": {"logins": 5}}), "cases[1].override.criteria.logins: is a",
    ),
    "a rubric in the file that makes no sense": (
        {**WHOLE, "rubric": {"criteria": []}}, "criteria: list at least one",
    ),
    "a history that is a word": (changed(earlier="x"), "cases[1].earlier: is a list"),
    "a history without its age": (
        changed(earlier=[{"lead": {"title": "VP"}}]), "cases[1].earlier[1].ago: ",
    ),
    "a history of an account that is none": (
        changed(earlier=[{"ago": "1d", "account": {"employees": 1}}]),
        "cases[1].earlier: the case has no account",
    ),
    "a misspelt part of the history": (
        changed(earlier=[{"ago": "1d", "acount": {}}]), "cases[1].earlier[1].acount: unknown",
    ),
    "members of a lead": (changed(members=[{}]), "cases[1].members: goes with a rubric of"),
    "a member with a strange field": (
        changed(members=[{"email": "x"}]), "cases[1].members[1].email: unknown",
    ),
    "an account without members": (
        {**ACCOUNTS, "cases": [CASE]}, "cases[1].members: list the account's leads",
    ),
    "an account with hits of its own": (
        {**ACCOUNTS, "cases": [{**CASE, "hits": [{"signal": "used", "ago": "1d"}]}]},
        "cases[1].hits: stands with one of the members",
    ),
    "a hit of a member with an unknown signal": (
        {**ACCOUNTS, "cases": [{**CASE, "members": [{"hits": [{"signal": "x"}]}]}]},
        "cases[1].members[1].hits[1].signal: the rubric has no signal",
    ),
    "adjustments in words": (
        changed(expect={"adjustments": "x"}), "cases[1].expect.adjustments: is a mapping",
    ),
    "bands that make no sense": (changed(override={"bands": "x"}), "bands: is a list such as"),
    "an override that makes no sense": (
        changed(override={"decay": {"period": "0d"}}), "decay.period: must be longer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "message"), [pytest.param(*case, id=name) for name, case in MALFORMED.items()]
)
def test_malformed_file_names_the_field(tmp_path: Path, document: object, message: str) -> None:
    path = write(tmp_path, document)
    with pytest.raises(CommandError) as error:
        check(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    for content in (b"a: [", b"\xff\xfe\xfa"):
        (tmp_path / "x.yaml").write_bytes(content)
        with pytest.raises(CommandError, match="cannot be read as YAML"):
            check(tmp_path / "x.yaml")
    with pytest.raises(CommandError, match="cannot be read"):
        check(tmp_path / "absent.yaml")


def test_trial_end_is_a_fact_of_a_case(tmp_path: Path) -> None:
    """The last 3 days of a trial that ends tomorrow began two days ago."""
    window = {"window": {"trial_last": "3d"}}
    hits = [{"signal": "logged_in", "ago": ago} for ago in ("2880m", "2881m", "0m")]
    case = changed(
        lead={"signed_up": "10d", "trial_ends": "-1d"},
        hits=hits,
        override={"criteria": {"logins": {**window, "tiers": [
            {"at_least": 3, "points": 3}, {"at_least": 2, "points": 2}]}}},
        expect={"points": {"logins": 2}},
    )  # fmt: skip
    assert check(write(tmp_path, case))[0] == 0
