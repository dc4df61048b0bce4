"""Lists of a draft, and what is pasted into them."""

import pytest

from rubrics import editing
from rubrics.editing.lists import uses_of
from rubrics.editing.pasting import DOMAINS, TEXTS, PastedLine, read_pasted
from rubrics.errors import EditConflict
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.rows import document_of
from tests.rubrics.makers import AT


def lists(draft: RubricVersion) -> dict[str, list[str]]:
    found: dict[str, list[str]] = document_of(draft)["lists"]
    return found


def test_values_are_sorted_and_stand_once(draft: RubricVersion) -> None:
    values = ["b.example", "a.example", "b.example"]
    seen = ["rival.example"]
    editing.replace_list(draft, key="competitors", values=values, seen=seen, by=None, at=AT)
    assert lists(draft)["competitors"] == ["a.example", "b.example"]
    with pytest.raises(EditConflict):
        editing.replace_list(draft, key="competitors", values=[], seen=seen, by=None, at=AT)


def test_lists_come_and_go_unless_used(draft: RubricVersion) -> None:
    editing.add_list(draft, key="partners", by=None, at=AT)
    with pytest.raises(SpecError, match="already"):
        editing.add_list(draft, key="partners", by=None, at=AT)
    editing.remove_list(draft, key="spare", by=None, at=AT)
    assert set(lists(draft)) == {"competitors", "partners"}
    with pytest.raises(SpecError, match="is used by Competitor"):
        editing.remove_list(draft, key="competitors", by=None, at=AT)


def test_uses_are_named(draft: RubricVersion) -> None:
    document = document_of(draft)
    document["segment"] = {"when": [{"measure": "email_domain_in", "list": "spare"}]}
    assert uses_of(document) == {"competitors": ["Competitor"], "spare": ["Segment"]}


def test_a_pasted_column_is_sorted_out_line_by_line() -> None:
    text = "\n".join(
        ["Rival.com", "", "https://www.other.io/pricing", "ada@third.example", "not a domain",
         "rival.com", '"quoted.example",', ".edu", "b.example\tnext cell", "known.example", "plain"]
    )  # fmt: skip
    found = read_pasted(text, kind=DOMAINS, known=["KNOWN.example"])
    assert found.new == [
        ".edu", "b.example", "other.io", "quoted.example", "rival.com", "third.example"
    ]  # fmt: skip
    assert found.known == [PastedLine(6, "rival.com"), PastedLine(10, "known.example")]
    assert [(line.number, line.text) for line in found.malformed] == [
        (5, "not a domain"), (11, "plain")
    ]  # fmt: skip
    assert [(line.number, line.note) for line in found.read] == [
        (3, "other.io"),
        (4, "third.example"),
    ]


@pytest.mark.parametrize(
    ("text", "new", "malformed"),
    [
        ("a.example; B.example,c.example", ["a.example", "b.example", "c.example"], []),
        ("a.example, bexample; c.example", ["a.example", "c.example"], ["bexample"]),
        ('"a.example","Acme, Inc",1200', ["a.example"], []),
        ("Acme Inc;1200", [], ["Acme Inc"]),
        ("\ufeffa.example\r\n\r\n;;\n", ["a.example"], []),
    ],
    ids=["several in a line", "with a typo", "a row of a table", "no domain", "marks and blanks"],
)
def test_domains_of_a_dirty_line(text: str, new: list[str], malformed: list[str]) -> None:
    found = read_pasted(text, kind=DOMAINS, known=())
    assert found.new == new
    assert [line.text for line in found.malformed] == malformed


def test_texts_of_a_dirty_line() -> None:
    text = "SaaS;Fintech ; saas\nOil, Gas\t1200"
    found = read_pasted(text, kind=TEXTS, known=())
    assert found.new == ["Fintech", "Oil, Gas", "SaaS"]
    assert found.doubtful == [PastedLine(2, "Oil, Gas")]
    kept = read_pasted("SaaS;Fintech", kind=TEXTS, known=(), is_one_a_line=True)
    assert kept.new == ["SaaS;Fintech"]


def test_five_thousand_lines_are_sorted_out() -> None:
    text = "\n".join(f"Company{n % 4_000}.example" for n in range(5_000))
    found = read_pasted(text, kind=DOMAINS, known=())
    assert (len(found.new), len(found.known)) == (4_000, 1_000)


def test_texts_keep_their_case_and_have_a_length() -> None:
    found = read_pasted(f"Fintech\nfintech\n{'x' * 201}", kind=TEXTS, known=[])
    assert found.new == ["Fintech"]
    assert [line.number for line in found.known] == [2]
    assert [line.number for line in found.malformed] == [3]
