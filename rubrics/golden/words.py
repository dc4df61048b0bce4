"""What is agreed of a golden lead, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

PLAIN = ("pql", "total_at_least", "total_at_most")
"""What the form asks for; golden files may ask for more."""


def expected_words(expect: Mapping[str, Any]) -> str:
    """``Must be a PQL, with a total of 80 or more``."""
    told = list(_parts(expect))
    text = ", ".join(told)
    return text[:1].upper() + text[1:]


def _parts(expect: Mapping[str, Any]) -> Iterator[str]:
    if (pql := expect.get("pql")) is not None:
        yield "must be a PQL" if pql else "must never be a PQL"
    least, most = expect.get("total_at_least"), expect.get("total_at_most")
    if least is not None and most is not None:
        yield f"total between {least} and {most}"
    elif least is not None:
        yield f"total {least} or more"
    elif most is not None:
        yield f"total {most} or less"
    for name, wanted in expect.items():
        if name in ("points", "adjustments"):
            yield from (f"{key}: {points:+d}" for key, points in wanted.items())
        elif name not in PLAIN:
            yield f"{name.replace('_', ' ')} {wanted}"
