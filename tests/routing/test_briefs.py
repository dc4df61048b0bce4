from datetime import timedelta

import pytest

from routing import briefs
from routing.models import Qualification
from rubrics.models import RubricVersion, Score
from rubrics.scoring.differences import Compared
from rubrics.scoring.types import Axis
from tests.factories.rubrics import AT


def _score(
    total: int, *, fit: int = 30, is_pql: bool = True, idle: timedelta = timedelta(0)
) -> Score:
    version = RubricVersion(min_total=80, min_fit=15, min_behavior=40)
    return Score(
        version=version, fit=fit, behavior=total - fit, total=total, is_pql=is_pql,
        last_activity_at=AT - idle,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (_score(92), "A PQL: 92 points, 12 above the line"),
        (_score(80), "A PQL: 80 points, right on the line"),
        (_score(74, is_pql=False), "No PQL: 74 points, 6 below the line of 80"),
        (_score(1, fit=0, is_pql=False), "No PQL: 1 point, 79 below the line of 80"),
        (
            _score(90, fit=5, is_pql=False),
            "No PQL: 90 points would do, but fit is 10 short of 15",
        ),
    ],
)
def test_verdict(score: Score, words: str) -> None:
    assert briefs.verdict(score) == words


@pytest.mark.parametrize(
    ("idle", "words"),
    [
        (timedelta(minutes=59), "active within the hour"),
        (timedelta(hours=1), "active 1 hour ago"),
        (timedelta(hours=23, minutes=59), "active 23 hours ago"),
        (timedelta(days=1), "active 1 day ago"),
        (timedelta(days=6, hours=23), "active 6 days ago"),
        (timedelta(days=7), "quiet for 7 days"),
        (timedelta(days=31), "quiet for 31 days"),
    ],
)
def test_freshness(idle: timedelta, words: str) -> None:
    assert briefs.freshness(idle) == words


def _line(label: str, then: int, now: int, axis: Axis = Axis.BEHAVIOR) -> Compared:
    return Compared(label.lower(), label, axis, then, now)


@pytest.mark.parametrize(
    ("total", "idle", "since", "words"),
    [
        pytest.param(92, 1, [], "92 then and now", id="the same"),
        pytest.param(
            74, 31, [_line("Decay", 0, -18)], "Then 92, now 74: quiet for 31 days", id="quiet"
        ),
        pytest.param(
            74, 2, [_line("Logged in", 20, 2)], "Then 92, now 74: Logged in −18", id="a window left"
        ),
        pytest.param(
            74, 31, [_line("Company size", 20, 2, Axis.FIT)], "Then 92, now 74: Company size −18",
            id="fit does not fade by silence",
        ),
        pytest.param(
            102, 0, [_line("Decay", 0, -5), _line("Invited", 0, 15)],
            "Then 92, now 102: Invited +15",
            id="up, by what rose most",
        ),
        pytest.param(74, 31, [], "Then 92, now 74", id="no line is known to differ"),
    ],
)  # fmt: skip
def test_then_and_now(total: int, idle: int, since: list[Compared], words: str) -> None:
    score = _score(total, idle=timedelta(days=idle))
    assert briefs.then_and_now(Qualification(total=92), score, since, at=AT) == words
