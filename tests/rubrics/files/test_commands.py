"""Rubrics as files on the command line."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.models import Product
from rubrics.files import parse_text
from rubrics.files.naming import chosen_version
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.presets import FOLDER, load_preset
from rubrics.publishing import publish_now
from rubrics.services import load_rubric
from tests.rubrics.makers import AT

GOOD = str(FOLDER / "standard.yaml")


def run(command: str, *args: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_a_version_is_exported_by_its_rubric_and_number(product: Product, tmp_path: Path) -> None:
    document = {**load_preset("freemium"), "rubric": "mine", "note": "First"}
    publish_now(load_rubric(document, product=product, by=None, at=AT), by=None, at=AT)
    load_rubric({**document, "note": "Second"}, product=product, by=None, at=AT)
    assert parse_text(run("export_rubric", "mine")).document["note"] == "First"
    assert parse_text(run("export_rubric", "mine@2")).document["note"] == "Second"
    assert run("export_rubric", "mine").startswith(
        "# yaml-language-server: $schema=http://127.0.0.1:8000/api/v1/rubric-schema/\nformat: 1\n"
    )
    target = tmp_path / "mine.yaml"
    assert run("export_rubric", "mine@2", "--out", str(target)).endswith(f" v2 is in {target}\n")
    assert target.read_text(encoding="utf-8") == run("export_rubric", "mine@2")


@pytest.mark.django_db
def test_without_a_published_version_the_newest_is_meant(version: RubricVersion) -> None:
    key = version.rubric.key
    assert run("export_rubric", key) == run("export_rubric", f"{key}@{version.number}")


@pytest.mark.django_db
def test_files_and_presets_are_exported_in_their_canonical_form(tmp_path: Path) -> None:
    text = run("export_rubric", "preset:freemium")
    assert run("export_rubric", str(FOLDER / "freemium.yaml")) == text
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")
    assert run("export_rubric", str(own)) == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "there is no rubric 'nothing'"),
        ("preset:nothing", "no preset 'nothing'"),
        ("nothing.yaml", "cannot be read"),
    ],
)
def test_a_name_that_means_nothing(name: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run("export_rubric", name)


@pytest.mark.django_db
def test_a_number_there_is_not(version: RubricVersion) -> None:
    with pytest.raises(CommandError, match="has no version 99"):
        run("export_rubric", f"{version.rubric.key}@99")


def test_good_files_validate() -> None:
    assert run("validate_rubric", GOOD) == f"{GOOD}: good, 22 criteria\n"


def test_every_mistake_is_told_and_fails(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: 1\ncriteria:\n  - {key: a, measure: coutn}\n", encoding="utf-8")
    errors = StringIO()
    with pytest.raises(CommandError, match="1 of 2 files") as error:
        run("validate_rubric", GOOD, str(bad), stderr=errors)
    assert f"{bad}: line 3: criteria.a.measure: is one of count" in errors.getvalue()
    assert error.value.returncode == 1


def test_the_schema_is_printed() -> None:
    schema = json.loads(run("rubric_schema"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith("/api/v1/rubric-schema/")


def test_differences_are_told_in_words(tmp_path: Path) -> None:
    changed = tmp_path / "changed.yaml"
    text = (FOLDER / "standard.yaml").read_text(encoding="utf-8")
    changed.write_text(text.replace("total: 80", "total: 75"), encoding="utf-8")
    assert run("diff_rubrics", GOOD, str(changed)) == (
        f"From {GOOD} to {changed}: 1 changed\n\nPQL\n  Changed: The total of a PQL: 75 (was 80)\n"
    )
    assert run("diff_rubrics", GOOD, "preset:standard", "--exit-code").endswith(
        "to preset standard: nothing differs\n"
    )
    with pytest.raises(SystemExit):
        run("diff_rubrics", GOOD, str(changed), "--exit-code")


@pytest.mark.django_db
def test_a_version_is_named_in_three_ways(product: Product) -> None:
    made = load_rubric(
        {**load_preset("freemium"), "rubric": "mine"}, product=product, by=None, at=AT
    )
    for name in ("mine", "mine@1", "mine/1", str(made.pk)):
        assert chosen_version(name) == made
    with pytest.raises(SpecError, match="mine has no version 2; it has 1"):
        chosen_version("mine/2")
    with pytest.raises(SpecError, match="no version has the id 0; there are mine@1"):
        chosen_version("0")


def test_a_file_of_any_name_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rubric.txt"
    path.write_text(Path(GOOD).read_text(encoding="utf-8"), encoding="utf-8")
    assert "good" in run("validate_rubric", str(path))
