"""How numbers and lists read in a sentence."""

from collections.abc import Sequence


def signed(points: int) -> str:
    """``+15``, ``−10`` with a real minus, ``0``."""
    if not points:
        return "0"
    return f"+{points}" if points > 0 else f"−{-points}"


def either(parts: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} or {parts[-1]}"


def joined(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def capitalized(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]
