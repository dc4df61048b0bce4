"""What each threshold lets through, and which the reps can keep up with."""

from dataclasses import asdict

import pytest

from rubrics.backtests.sweep import advise, share_words, sweep

COUNTS = {0: (50, 1), 40: (30, 5), 60: (15, 6), 80: (5, 3)}
STEPS = [asdict(step) for step in sweep(COUNTS, leads=200, positives=20, weeks=10)]


def at(total: int) -> dict:
    return next(step for step in STEPS if step["total"] == total)


def test_sweep_by_hand() -> None:
    assert [step["total"] for step in STEPS] == list(range(1, 81))
    assert (at(60)["leads"], at(60)["positives"]) == (20, 9)
    assert at(60)["share"] == 0.1
    assert at(60)["weekly"] == 2.0
    assert at(60)["conversion"]["value"] == 0.45
    assert at(60)["recall"]["value"] == 0.45
    assert at(61)["leads"] == 5
    assert sweep({}, leads=5, positives=1, weeks=1) == []


def test_advise_takes_the_lowest_threshold_that_the_reps_can_keep_up_with() -> None:
    found = advise(STEPS, reps=1, each=2, converts="converted")
    assert found.step is not None
    assert found.step["total"] == 60
    assert found.words == (
        "1 rep × 2 a week: set the total to 60 (about 2 PQLs a week); expect 26-66 % to have "
        "converted."
    )


def test_advise_where_the_reps_can_work_all() -> None:
    found = advise(STEPS, reps=3, each=40, converts="converted")
    assert found.is_lowest
    assert found.words.startswith("3 reps × 40 a week: they can work all; even a total of 40 lets")


def test_advise_where_even_the_highest_is_too_much() -> None:
    found = advise(STEPS, reps=0, each=40, converts="converted")
    assert found.step is None
    assert "more through than they can work" in found.words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.02, "Too tight"), (0.04, "Tight"), (0.1, ""), (0.2, "Loose"), (0.3, "Too loose")],
)
def test_share_words_are_the_sources_bands(share: float, words: str) -> None:
    assert share_words(share, "leads").startswith(words)
    assert bool(share_words(share, "leads")) == bool(words)
