"""The preview: what a draft would do to everybody's score, before it does (docs/preview.md)."""

from rubrics.previews.keeping import MOST_CROSSING
from rubrics.previews.running import (
    PreviewRunning,
    is_outdated,
    preview_some,
    start_preview,
    start_preview_of_file,
)

__all__ = [
    "MOST_CROSSING",
    "PreviewRunning",
    "is_outdated",
    "preview_some",
    "start_preview",
    "start_preview_of_file",
]
