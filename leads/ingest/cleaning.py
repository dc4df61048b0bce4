"""Make a parsed JSON tree safe to keep: nothing in it breaks PostgreSQL, Python or a page later.

NUL is taken out of keys and values (jsonb and text refuse it), lone surrogates become U+FFFD,
integers beyond 2^53 become text (JavaScript and float columns would round them), and trees that
are too deep or too wide are refused.
"""

from typing import Any

MAX_DEPTH = 32
MAX_KEYS = 2_000
MAX_EXACT_INTEGER = 2**53


class UnsafeTreeError(ValueError):
    """A tree too deep or too wide to keep. ``code`` names which."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def clean_tree(tree: dict[str, Any]) -> dict[str, Any]:
    """Return ``tree`` made safe; the tree itself may be changed.

    Raises:
        UnsafeTreeError: deeper than 32 levels, or more than 2,000 keys and list items in all.
    """
    budget = [MAX_KEYS]
    return _clean_dict(tree, 1, budget)


def clean_text(text: str) -> str:
    """Return ``text`` without NUL and with lone surrogates as U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _clean_dict(tree: dict[str, Any], depth: int, budget: list[int]) -> dict[str, Any]:
    _spend(len(tree), depth, budget)
    dirty_keys = False
    for key, value in tree.items():
        kind = value.__class__
        if kind is str:
            if "\x00" in value or not value.isascii():
                tree[key] = clean_text(value)
        elif kind is int:
            if not -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER:
                tree[key] = str(value)
        elif kind is dict:
            tree[key] = _clean_dict(value, depth + 1, budget)
        elif kind is list:
            _clean_list(value, depth + 1, budget)
        if "\x00" in key or not key.isascii():
            dirty_keys = True
    return {clean_text(key): value for key, value in tree.items()} if dirty_keys else tree


def _clean_list(items: list[Any], depth: int, budget: list[int]) -> None:
    _spend(len(items), depth, budget)
    for index, value in enumerate(items):
        kind = value.__class__
        if kind is str:
            items[index] = clean_text(value)
        elif kind is int:
            if not -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER:
                items[index] = str(value)
        elif kind is dict:
            items[index] = _clean_dict(value, depth + 1, budget)
        elif kind is list:
            _clean_list(value, depth + 1, budget)


def _spend(count: int, depth: int, budget: list[int]) -> None:
    if depth > MAX_DEPTH:
        raise UnsafeTreeError("too_deep", f"Nested deeper than {MAX_DEPTH} levels; flatten it.")
    budget[0] -= count
    if budget[0] < 0:
        raise UnsafeTreeError("too_many_keys", f"More than {MAX_KEYS} keys; send fewer.")
