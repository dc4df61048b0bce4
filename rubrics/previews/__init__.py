"""The preview: what a draft would do to everybody's score, before it does (docs/preview.md)."""

from rubrics.previews.past import MOST_EXAMPLES
from rubrics.previews.running import (
    MOST_KEPT,
    PreviewRunning,
    is_outdated,
    preview_some,
    start_preview,
    start_preview_of_file,
)

__all__ = [
    "MOST_EXAMPLES",
    "MOST_KEPT",
    "PreviewRunning",
    "is_outdated",
    "preview_some",
    "start_preview",
    "start_preview_of_file",
]
