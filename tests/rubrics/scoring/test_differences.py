"""Two results compared, in words."""

from rubrics.scoring.differences import Snapshot, compare, difference
from rubrics.scoring.types import Axis, Line


def line(key: str, points: int, reason: str = "", axis: Axis = Axis.BEHAVIOR) -> Line:
    return Line(key, axis, key.capitalize(), points, reason)


THEN = Snapshot(
    "Standard v1", 20, 62, 82, True,
    (line("used", 62, "Used it ×4"), line("gone", 10), line("cap", -10), line("size", 20,
     axis=Axis.FIT)),
)  # fmt: skip
NOW = Snapshot(
    "Standard v2", 25, 47, 72, False,
    (line("used", 67, "Used it ×5"), line("idle", -20, "No “Used it” for 14 days"),
     line("same", 0), line("size", 25, axis=Axis.FIT)),
)  # fmt: skip


def test_compare_tells_lines_with_other_points() -> None:
    told = [(c.key, c.then, c.now, c.difference) for c in compare(THEN.lines, NOW.lines)]
    assert told == [
        ("size", 20, 25, 5), ("used", 62, 67, 5), ("gone", 10, None, -10), ("cap", -10, None, 10),
        ("idle", None, -20, -20),
    ]  # fmt: skip


def test_difference_in_sentences() -> None:
    assert difference(THEN, NOW).sentences == (
        "No longer a PQL",
        "Total 82 → 72",
        "Fit 20 → 25: Size +25 (was +20)",
        "Behavior 62 → 47: Idle −20 (new): No “Used it” for 14 days; Gone gone (was +10);"
        " Cap gone (was −10); Used +67 (was +62): Used it ×5",
        "Scored by Standard v2 instead of Standard v1",
    )


def test_difference_back_again() -> None:
    assert difference(NOW, THEN).sentences[0] == "Became a PQL"


def test_no_difference() -> None:
    told = difference(THEN, THEN)
    assert (told.lines, told.sentences) == ((), ("Nothing changed",))


def test_lines_may_move_while_the_sum_stays() -> None:
    one = Snapshot("v", 0, 5, 5, False, (line("a", 5), line("b", 0)))
    other = Snapshot("v", 0, 5, 5, False, (line("a", 0), line("b", 5)))
    assert difference(one, other).sentences == ("Behavior stays 5: A 0 (was +5); B +5 (was 0)",)
