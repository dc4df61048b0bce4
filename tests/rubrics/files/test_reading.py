"""Reading a rubric file: what is refused, and in which line."""

from pathlib import Path

import pytest

from rubrics.files import RubricFileError, parse_text, read_rubric
from rubrics.presets import load_preset

GOOD = """\
rubric: small
thresholds:
  total: 80
signals:
  in:
    name: Logged in
    events:
      - {event: Logged In}
lists:
  personal: {shipped: personal}
criteria:
  - key: a
    measure: count
    signals: [in]
    tiers:
      - {points: 5}
      - at_least: 3
        points: 10
"""


def test_a_good_file() -> None:
    found = parse_text(GOOD)
    assert "gmail.com" in found.document["lists"]["personal"]
    assert "thresholds" in found.whole
    assert found.whole["decay"]["period"] == "30d"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param("total: 80", "total: x", 3, "thresholds.total: 'x' is no whole", id="value"),
        pytest.param("        points: 10", "        pionts: 1", 18,
                     "criteria.a.tiers[2].pionts: unknown", id="unknown field of a tier"),
        pytest.param("thresholds:", "treshold:", 2, "document.treshold: unknown", id="section"),
        pytest.param("  - key: a", "  - key: a b", 12, "criteria[1].key: 'a b'", id="key"),
        pytest.param("measure: count", "measure: x", 13, "criteria.a.measure", id="measure"),
        pytest.param("points: 5", "point: 5", 16, "criteria.a.tiers[1].point: unknown", id="flow"),
        pytest.param("event: Logged In", "value: x", 8, "signals.in.events[1].event: name the",
                     id="what is missing: the line of what lacks it"),
        pytest.param("shipped: personal", "shipped: mine", 10, "no shipped list", id="list"),
        pytest.param("  total: 80", "  total: 80\n  total: 7", 4, "total: stands", id="twice"),
        pytest.param("[in]", "[in", 15, "is no YAML", id="no YAML"),
        pytest.param("name: Logged in", "name: {a: b}", 6, "signals.in.name: {'a': 'b'} is no text",
                     id="no text"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_line(old: str, new: str, line: int, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RubricFileError) as error:
        parse_text(GOOD.replace(old, new, 1))
    assert (error.value.line, message in str(error.value)) == (line, True), str(error.value)
    assert str(error.value).startswith(f"line {line}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "is no rubric", id="nothing"),
        pytest.param("- a", "is no rubric", id="a list"),
        pytest.param("just words", "is no rubric", id="words"),
        pytest.param("a: \x07", "is no YAML", id="a control sign"),
        pytest.param("[" * 5000, "is no", id="without end"),
        pytest.param("a: &a [*a]", "more than 100000 values", id="in a circle"),
        pytest.param("? [a]\n: b", "is no YAML", id="a list as key"),
        pytest.param("a: !!python/object:os.system x", "is no YAML", id="code"),
        pytest.param("# " + "x" * 1_000_000, "larger than 1 MB", id="too large"),
        pytest.param("a: 2026-02-30", "is no YAML", id="a day there is not"),
        pytest.param(
            "a: &a [x, x, x, x, x, x, x, x]\n"
            + "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 8)}]"
                        for a, b in zip("abcdefg", "bcdefgh", strict=True)),
            "more than 100000 values", id="a bomb",
        ),
    ],
)  # fmt: skip
def test_what_is_no_rubric(text: str, message: str) -> None:
    with pytest.raises(RubricFileError, match=message):
        parse_text(text)


def test_a_rubric_is_read_from_a_file_or_a_preset(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_rubric(str(path))["rubric"] == "small"
    assert read_rubric("standard") == load_preset("standard")
    path.write_bytes(b"\xff")
    with pytest.raises(RubricFileError, match="cannot be read"):
        read_rubric(str(path))
