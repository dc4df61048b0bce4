"""What is found out once and told for a while."""

from itertools import count

from routing.remembered import remembered


def test_found_once_for_each_key() -> None:
    numbers = count(1)
    assert remembered("one", 60, lambda: next(numbers)) == 1
    assert remembered("one", 60, lambda: next(numbers)) == 1
    assert remembered("other", 60, lambda: next(numbers)) == 2


def test_found_anew_when_its_time_is_over() -> None:
    numbers = count(1)
    assert [remembered("short", 0, lambda: next(numbers)) for _ in range(2)] == [1, 2]
