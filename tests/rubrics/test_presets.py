"""Shipped rubrics and lists, and rubric files of one's own."""

from pathlib import Path

import pytest

from rubrics.documents import parse_document
from rubrics.measures import SpecError
from rubrics.presets import load_preset, preset_names, read_document, shipped_list


@pytest.mark.parametrize("name", preset_names())
def test_preset_compiles(name: str) -> None:
    assert parse_document(load_preset(name)).rubric == name


def test_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(SpecError, match=r"no preset 'x'; there are .*standard"):
        load_preset("x")


def test_shipped_list_may_be_extended(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("lists: {personal: {shipped: personal, also: [mail.example]}, ours: [7]}")
    lists = read_document(path)["lists"]
    assert lists["personal"] == [*shipped_list("personal"), "mail.example"]
    assert lists["ours"] == ["7"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("a: [", "cannot be read as YAML", id="broken"),
        pytest.param("- a", "is no rubric", id="a list"),
        pytest.param("lists: {x: word}", "lists.x: is a list", id="a list that is a word"),
        pytest.param("lists: {x: {shipped: none}}", "no shipped list 'none'", id="not shipped"),
    ],
)
def test_malformed_file(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(content)
    with pytest.raises(SpecError, match=message):
        read_document(path)
