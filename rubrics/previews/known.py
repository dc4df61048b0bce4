"""Drafts that measure nothing new are judged on what the stored scores hold.

Most drafts move points, tiers' worth and thresholds, and ask for the same numbers as the published
version. Those are in its scores, and stay true until they are due or somebody's facts change; only
time since something grows meanwhile, by as much as has passed. Whoever this does not hold for is
measured, as are all for a draft that measures anything else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rubrics.claims import TABLES
from rubrics.mappers import Compiled
from rubrics.previews.reading import Now, read_lasting
from rubrics.proof.reading import read_open_changes
from rubrics.scoring.types import Measured, Version

_MICROSECOND = timedelta(microseconds=1)


class Reading(NamedTuple):
    """Where a stored version's measures hold a draft's columns, and which of those grow."""

    places: tuple[int, ...]
    grows: tuple[bool, ...]

    def later(self, measures: Sequence[float | None], idle_us: int, elapsed_us: int) -> Measured:
        """What was measured, as it is ``elapsed_us`` later if nothing but time has gone on."""
        values = tuple(
            value + elapsed_us if grows and value is not None else value
            for value, grows in zip([measures[i] for i in self.places], self.grows, strict=True)
        )
        return Measured(values, idle_us + elapsed_us)


def reading_of(draft: Version, stored: Version) -> Reading | None:
    """How to read the draft's numbers from a version's; None if one of them is not there."""
    if set(draft.activity_signals) != set(stored.activity_signals):
        return None
    places = []
    for column in draft.columns:
        # What fades is another number at every moment: adding up again may differ in a last digit.
        if column.unit == "fading" or column not in stored.columns:
            return None
        places.append(stored.columns.index(column))
    return Reading(tuple(places), tuple(column.unit == "duration" for column in draft.columns))


def read_known(
    draft: Compiled, versions: Mapping[int, Compiled], rows: Sequence[Now], *, at: datetime
) -> dict[int, Measured]:
    """What the draft measures of those whose stored score holds it, as of ``at``."""
    found: dict[int, Measured] = {}
    started = {row.subject_id: row.started_at for row in rows}
    subject = draft.version.subject
    for version in versions.values():
        reading = reading_of(draft.version, version.version)
        if reading is None or version.product_id != draft.product_id:
            continue
        ids = [row.subject_id for row in rows if row.version_id == version.version_id]
        for subject_id, measures, idle_us, scored_at in read_lasting(
            subject, draft.product_id, ids, at=at
        ):
            if started[subject_id] <= scored_at:  # else its silence had not begun
                elapsed = (at - scored_at) // _MICROSECOND
                found[subject_id] = reading.later(measures, idle_us, elapsed)
    for subject_id in read_open_changes(TABLES[subject], list(found), at):
        del found[subject_id]
    return found
