"""Which source does a write key open? Asked with every request, so the answer is kept a moment."""

import threading
import time
from datetime import datetime

from leads.keys import hash_write_key
from leads.models import Source

# How long a rotated or switched-off key may go on working in a process that just saw it.
KEEP_SECONDS = 3.0
MAX_KEPT = 1_000

_lock = threading.Lock()
_kept: dict[str, tuple[float, Source]] = {}


def source_with_key(write_key: str, *, at: datetime) -> Source | None:
    """Return the active source this write key opens, or None. Refusals are never kept."""
    key_hash = hash_write_key(write_key)
    now = time.monotonic()
    with _lock:
        kept = _kept.get(key_hash)
    if kept is not None and now - kept[0] < KEEP_SECONDS:
        return kept[1]
    source = Source.objects.with_key_hash(key_hash, at=at).first()
    with _lock:
        if source is None:
            _kept.pop(key_hash, None)
        else:
            if len(_kept) >= MAX_KEPT:
                _kept.clear()
            _kept[key_hash] = (now, source)
    return source


def forget_sources() -> None:
    """Ask the database again for every key."""
    with _lock:
        _kept.clear()
