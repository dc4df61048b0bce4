from rubrics.editing.merging import Clash, merge


def test_each_keeps_what_only_they_changed_and_both_are_asked_about_the_rest() -> None:
    seen = {"a": 1, "b": 1, "c": 1, "gone": 1, "same": 1}
    mine = {"a": 2, "b": 1, "c": 2, "new": 5, "same": 3}
    theirs = {"a": 1, "b": 3, "c": 4, "gone": 1, "same": 3}
    merged, clashes = merge(seen, mine, theirs)
    assert merged == {"a": 2, "b": 3, "c": 2, "same": 3, "new": 5}
    assert clashes == [Clash("c", 2, 4)]
