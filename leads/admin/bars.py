"""A row of thin bars as one SVG path: what a list has room for."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT, GAP = 120, 24, 1


def bars_path(counts: Sequence[int]) -> str:
    """The bars of ``counts`` in a box of 120 x 24; any count but 0 is at least a pixel high."""
    if not counts or not max(counts):
        return ""
    step = WIDTH / len(counts)
    parts = []
    for n, count in enumerate(counts):
        if count:
            height = max(HEIGHT * count / max(counts), 1)
            parts.append(f"M{n * step:g} {HEIGHT}v{-height:.4g}h{step - GAP:g}v{height:.4g}z")
    return "".join(parts)


def bars(counts: Sequence[int], label: str) -> SafeString:
    """The bars as an image that ``label`` describes."""
    return format_html(
        '<svg class="text-primary-600 dark:text-primary-500" role="img" aria-label="{}"'
        ' viewBox="0 0 {} {}" width="{}" height="{}" style="max-width: none">'
        '<path fill="currentColor" d="{}"></path></svg>',
        label,
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        bars_path(counts),
    )
