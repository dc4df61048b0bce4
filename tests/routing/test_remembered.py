"""What is found out once and told for a while."""

from itertools import count
from types import SimpleNamespace

import pytest

from routing import remembered as module
from routing.remembered import remembered


def test_found_once_for_each_key() -> None:
    numbers = count(1)
    assert remembered("one", 60, lambda: next(numbers)) == 1
    assert remembered("one", 60, lambda: next(numbers)) == 1
    assert remembered("other", 60, lambda: next(numbers)) == 2


def test_found_anew_when_its_time_is_over() -> None:
    numbers = count(1)
    assert [remembered("short", 0, lambda: next(numbers)) for _ in range(2)] == [1, 2]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: clock.now))
    return clock


def _must_be_known() -> str:
    raise AssertionError("found once more")


def test_others_are_told_the_old_while_one_finds_it_anew(clock: SimpleNamespace) -> None:
    asked: list[str] = []

    def find_anew() -> str:
        asked.append(remembered("one", 60, _must_be_known))
        return "new"

    assert remembered("one", 60, lambda: "old") == "old"
    clock.now += 61
    assert remembered("one", 60, find_anew) == "new"
    assert asked == ["old"]
    assert remembered("one", 60, _must_be_known) == "new"


def test_who_fails_to_find_it_anew_leaves_it_to_the_next(clock: SimpleNamespace) -> None:
    remembered("one", 60, lambda: "old")
    clock.now += 61

    def fail() -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        remembered("one", 60, fail)
    assert remembered("one", 60, lambda: "new") == "new"
