"""Golden leads added, changed, imported and taken away, each on record."""

from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User

from leads.models import AuditEntry
from rubrics.golden import run_golden_file
from rubrics.golden.keeping import (
    change_golden_lead,
    golden_file,
    import_golden_leads,
    remove_golden_lead,
)
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.rows import document_of
from tests.rubrics.golden.cases import BUSY, QUIET, keep
from tests.rubrics.makers import AT

pytestmark = pytest.mark.django_db

CASE: dict[str, Any] = {"key": "vp", "name": "VP", "why": "Buys.", **BUSY, "expect": {"pql": True}}


def entries(action: str) -> list[tuple[str, Any, Any]]:
    found = AuditEntry.objects.filter(about="rubrics.goldenlead", action=action)
    return sorted(found.values_list("field", "before", "after"))


def test_what_is_kept_is_on_record(version: RubricVersion) -> None:
    person = User.objects.create(username="mara")
    kept = keep(version.rubric, by=person)
    assert (kept.key, kept.created_by, kept.is_active) == ("busy-vp", person, True)
    ((field, before, added),) = entries("added")
    assert (field, before) == ("", None)
    assert (added["expect"], added["facts"]) == ({"pql": True}, BUSY)
    about = AuditEntry.objects.filter(about="rubrics.goldenlead")
    assert set(about.values_list("by", "reason")) == {(person.pk, "Sales sold to three like her.")}


def test_names_that_are_the_same_get_keys_of_their_own(version: RubricVersion) -> None:
    assert [keep(version.rubric).key for _ in range(3)] == ["busy-vp", "busy-vp-2", "busy-vp-3"]
    assert keep(version.rubric, name="王").key == "golden"


def test_only_what_changed_is_on_record(version: RubricVersion) -> None:
    kept = keep(version.rubric)
    changed = change_golden_lead(kept, expect={"pql": False}, name="Busy VP", by=None, at=AT)
    assert changed.expect == {"pql": False}
    assert entries("edited") == [("expect.pql", True, False)]
    change_golden_lead(kept, is_active=False, by=None, at=AT)
    assert ("is_active", True, False) in entries("edited")
    assert not version.rubric.golden_leads.active()


def test_what_is_taken_away_stays_on_record(version: RubricVersion) -> None:
    remove_golden_lead(keep(version.rubric), by=None, at=AT)
    assert not version.rubric.golden_leads.exists()
    ((_, removed, after),) = entries("removed")
    assert (removed["name"], after) == ("Busy VP", None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "name: say in words"),
        ({"name": "x" * 121}, "name: is 121 characters"),
        ({"why": ""}, "why: say why"),
        ({"expect": {}}, "expect: say any of"),
        ({"expect": {"pqll": True}}, "expect: say any of"),
        ({"expect": {"pql": "yes"}}, "expect.pql: 'yes' is neither true nor false"),
        ({"expect": {"total_at_least": "x"}}, "expect.total_at_least: 'x' is no whole number"),
        (
            {"expect": {"total_at_least": 9, "total_at_most": 8}},
            "expect.total_at_most: is less than the least",
        ),
        ({"facts": ["x"]}, "facts: are a mapping"),
        ({"facts": {"leed": {}}}, "facts.leed: unknown"),
        ({"facts": {"hits": [{"signal": "x", "ago": "1d"}]}}, r"facts.hits\[1\].signal: the"),
        ({"facts": {"hits": [{"signal": "used"}]}}, r"facts.hits\[1\].ago: None is no age"),
        (
            {"facts": {"hits": [{"signal": "used", "ago": "1d", "times": 5001}]}},
            "facts.hits: are 5001; 5000 at most",
        ),
        ({"facts": {"lead": {"email": "x" * 250}}}, "facts.lead.email: is a text of at most 200"),
        ({"facts": {"lead": {"title": "\0"}}}, "facts.lead.title: is a text"),
        ({"facts": {"lead": {"$account": 1}}}, r"facts.lead.\$account: is no name"),
        ({"facts": {"lead": {"size": float("nan")}}}, "facts.lead.size: nan is no number"),
        (
            {"facts": {"lead": {"a": 1}, "earlier": [{"ago": "0d", "lead": {"a": 2}}]}},
            r"facts.earlier\[1\].ago: is a time before",
        ),
        (
            {"facts": {"earlier": [{"ago": "1d", "lead": {"a": 2}}] * 2}},
            r"facts.earlier\[2\]: tells lead.a twice",
        ),
        ({"facts": {"members": [{}]}}, "facts.members: goes with a rubric of"),
    ],
)
def test_what_makes_no_sense_is_refused(
    version: RubricVersion, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        keep(version.rubric, **changes)
    kept = keep(version.rubric)
    with pytest.raises(SpecError, match=message):
        change_golden_lead(kept, by=None, at=AT, **changes)
    kept.refresh_from_db()
    assert (kept.name, kept.expect, kept.facts) == ("Busy VP", {"pql": True}, BUSY)


def test_a_golden_file_is_imported_and_again_changes_what_is_there(version: RubricVersion) -> None:
    cases = [CASE, {"name": "Quiet", "hits": QUIET["hits"], "expect": {"total": 5}}]
    file = yaml.safe_load(yaml.safe_dump({"rubric": "standard", "at": AT, "cases": cases}))
    first = import_golden_leads(version.rubric, file, by=None, at=AT)
    assert [(one.key, one.expect) for one in first] == [
        ("vp", {"pql": True}),
        ("quiet", {"total": 5}),
    ]
    file["cases"][1]["expect"] = {"total": 6}
    second = import_golden_leads(version.rubric, file, by=None, at=AT)
    assert [one.pk for one in second] == [one.pk for one in first]
    assert second[1].expect == {"total": 6}


def test_bare_dates_of_yaml_are_kept_as_text(version: RubricVersion) -> None:
    case = yaml.safe_load("{name: A, lead: {since: 2026-01-05}, expect: {fit: 0}}")
    (kept,) = import_golden_leads(version.rubric, {"at": AT, "cases": [case]}, by=None, at=AT)
    kept.refresh_from_db()
    assert kept.facts == {"lead": {"since": "2026-01-05"}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("x", "cases: is a list"),
        ({"cases": {}}, "cases: is a list"),
        ({"cases": ["x"]}, r"cases\[1\]: is a mapping"),
        ({"cases": [CASE]}, r"cases\[1\].at: is a moment with a zone"),
        ({"at": AT, "lists": {"x": ["y"]}, "cases": [CASE]}, "lists: go into the rubric's own"),
        ({"at": AT, "cases": [CASE, {**CASE, "key": "a b"}]}, r"cases\[2\].key: 'a b' is no key"),
        (
            {"at": AT, "cases": [CASE, {**CASE, "key": "b", "override": {"decay": "off"}}]},
            r"cases\[2\].override: a golden lead is judged",
        ),
        (
            {"at": AT, "cases": [CASE, {**CASE, "key": "b", "hits": [{"signal": "x"}]}]},
            r"cases\[2\].facts.hits\[1\].signal",
        ),
    ],
)
def test_a_file_is_imported_whole_or_not_at_all(
    version: RubricVersion, document: object, message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        import_golden_leads(version.rubric, document, by=None, at=AT)
    assert not version.rubric.golden_leads.exists()


def test_the_file_of_a_rubric_stands_for_itself(version: RubricVersion) -> None:
    """It can be run by the command, and imported again without a change."""
    kept = keep(version.rubric)
    file = golden_file(version.rubric, document_of(version), at=AT)
    (result,) = run_golden_file(yaml.safe_load(yaml.safe_dump(file, sort_keys=False)))
    assert (result.name, result.differences) == (kept.name, ())
    before = entries("edited")
    import_golden_leads(version.rubric, file, by=None, at=AT)
    assert entries("edited") == before
