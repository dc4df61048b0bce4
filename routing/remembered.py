"""What costs much to find out, may be a little old, and is the same for everybody."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")
FINDING_S = 5
"""So long, once it is too old, what was found is told to others while one finds it anew."""


def remembered(key: str, seconds: int, make: Callable[[], T]) -> T:
    """What ``make`` found within the last ``seconds``, else what it finds now.

    Who comes while it is found anew does not wait and does not find it once more: they are told
    what was known before, if that is no older than ``seconds`` and a few.
    """
    kept: tuple[float, T] | None = cache.get(key)
    if kept is not None:
        until, found = kept
        if time.time() < until or not cache.add(f"{key}-anew", True, FINDING_S):
            return found
    try:
        found = make()
        cache.set(key, (time.time() + seconds, found), seconds + FINDING_S)
    finally:
        cache.delete(f"{key}-anew")
    return found
