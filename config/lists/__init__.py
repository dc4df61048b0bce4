"""The lists of the admin, by where they stand in its sidebar and on its first page."""

from config.lists.entry import Entry
from config.lists.judging import FACTS, JUDGEMENT
from config.lists.working import ACTION, EDGE, UNDER_THE_HOOD

__all__ = ["BY_MODEL", "GROUPS", "Entry"]

GROUPS: dict[str, tuple[Entry, ...]] = {
    "Facts": FACTS,
    "Judgement": JUDGEMENT,
    "Action": ACTION,
    "Edge": EDGE,
    "Under the hood": UNDER_THE_HOOD,
}
BY_MODEL = {entry.model: entry for group in GROUPS.values() for entry in group}
