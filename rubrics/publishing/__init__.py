"""The life of a version once it goes live: published, rolled back to, retired (docs/adr/0014)."""

from rubrics.publishing.running import finish_now, publish_now, publish_some, sweep_buffers
from rubrics.publishing.starting import (
    cancel_publication,
    publish_version,
    retire_version,
    roll_back,
)

__all__ = [
    "cancel_publication",
    "finish_now",
    "publish_now",
    "publish_some",
    "publish_version",
    "retire_version",
    "roll_back",
    "sweep_buffers",
]
