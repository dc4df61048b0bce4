"""The documentation leads nowhere that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
MENTION = re.compile(r"\bdocs/[\w./-]*\w")
"""A page or decision named in running text or code, by its path or the start of it."""
SOURCES = ("leads", "rubrics", "routing", "integrations", "config", "templates", "tests", "docs")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not broken


def test_docs_named_anywhere_are_there() -> None:
    files = [
        path
        for name in SOURCES
        for path in (ROOT / name).rglob("*")
        if path.suffix in {".py", ".html", ".md", ".txt"}
    ]
    broken = {
        f"{_name(path)}: {mention}"
        for path in [*files, *ROOT.glob("*.md")]
        for mention in MENTION.findall(path.read_text())
        if not (ROOT / mention).exists() and not list(ROOT.glob(f"{mention}-*.md"))
    }
    assert not broken


def test_decisions_are_numbered_one_by_one() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_decisions_begin_with_their_number() -> None:
    wrong = [
        path.name for path in DECISIONS if not path.read_text().startswith(f"# {path.name[:4]} ")
    ]
    assert not wrong
