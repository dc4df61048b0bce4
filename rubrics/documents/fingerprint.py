"""Whether two documents score alike."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# What a document tells people, and never a score.
_WORDS = ("rubric", "name", "description", "note", "source", "product_name", "signals")


def fingerprint_of(document: Mapping[str, Any]) -> str:
    """The same for documents that score alike: what is only told to people does not count."""
    counting = {key: value for key, value in document.items() if key not in _WORDS}
    text = json.dumps(counting, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
