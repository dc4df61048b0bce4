"""`manage.py preview_rubric`: versions and files, for people and for programs."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from leads.models import Lead, Product
from rubrics.management.commands import preview_rubric
from rubrics.models import Preview, RubricVersion
from rubrics.rows import document_of
from tests.rubrics.previews.previewed import DRAFT

Leads = dict[str, Lead]


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another connection would not see what the test has written."""
    monkeypatch.setattr(preview_rubric, "THREADS", 1)


def call(*args: str) -> str:
    out = StringIO()
    call_command("preview_rubric", *args, stdout=out)
    return out.getvalue()


def test_version_for_people(leads: Leads, draft: RubricVersion) -> None:
    """By now everything of the spring has faded: nobody is a PQL by the draft any more."""
    told = call("small/2")
    assert told.startswith("small v2: 3 PQLs now, 0 then (-3), of 6\n0 enter, 3 leave, 0 stay\n")
    assert f"Leave: lead {leads['b'].pk}, 15 to 0. Decay" in told
    assert "All sign-ups: 50.0 % now, 0.0 % then of 6. Too few sign-ups to judge" in told
    assert "example" not in told  # no names, no e-mails
    assert Preview.objects.get().version == draft


def test_version_for_programs(leads: Leads, draft: RubricVersion) -> None:
    told = json.loads(call("small/2", "--json"))
    assert told["results"]["left"] == 3
    assert {row["lead"] for row in told["leads"]} == {leads[name].pk for name in "abd"}
    assert told["tallies"]["now.total"]["15"] == 1


def test_file_in_the_place_of_what_is_published(
    leads: Leads, version: RubricVersion, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    document = document_of(version)
    path.write_text(yaml.safe_dump({**document, "rubric": "other"}))
    told = call(str(path), "--into", "small")
    assert told.startswith("mine.yaml: 3 PQLs now")
    preview = Preview.objects.get()
    assert (preview.version, preview.rubric) == (None, version.rubric)
    assert not preview.is_running


def test_file_of_a_new_rubric_needs_its_product(
    product: Product, version: RubricVersion, tmp_path: Path
) -> None:
    large = {"measure": "number_in_range", "attribute": "account.employees", "ranges": [[9, None]]}
    segment = {"name": "Large", "order": 1, "when": [large]}
    path = tmp_path / "large.yaml"
    path.write_text(yaml.safe_dump({**DRAFT, "rubric": "large", "segment": segment}))
    with pytest.raises(CommandError, match=r"Name one with --into .there are: small.*--product"):
        call(str(path))
    with pytest.raises(CommandError, match="No product 'nope'"):
        call(str(path), "--product", "nope")
    assert "large.yaml: 0 PQLs now" in call(str(path), "--product", "app")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"criteria": []}, "criteria: list at least one criterion"),
        ({"activity_signals": ["unknown"]}, "signals: the product has no signal unknown"),
    ],
)
def test_file_that_cannot_be_scored(
    version: RubricVersion, tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({**document_of(version), **change}))
    with pytest.raises(CommandError, match=problem):
        call(str(path), "--into", "small")
    assert not Preview.objects.exists()


@pytest.mark.parametrize("name", ["small/9", "small", "17", "small/x"])
def test_unknown_version(draft: RubricVersion, name: str) -> None:
    with pytest.raises(CommandError, match=r"Drafts are: small@2\."):
        call(name)
