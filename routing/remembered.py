"""What costs much to find out, may be a little old, and is the same for everybody."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")


def remembered(key: str, seconds: int, make: Callable[[], T]) -> T:
    """What ``make`` found within the last ``seconds``, else what it finds now."""
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, seconds)
    return found
