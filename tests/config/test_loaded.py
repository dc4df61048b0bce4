"""A web process is whole before it is asked for anything."""

import gc

from config.loaded import settle


def test_what_is_loaded_is_no_garbage_to_look_for() -> None:
    before = gc.get_freeze_count()
    kept = [[number] for number in range(1000)]
    settle()
    assert gc.get_freeze_count() >= before + len(kept)
