"""What is different between two rubrics, in words. Pure: from two whole documents.

Two results of a lead are compared in :mod:`rubrics.scoring.differences`; this compares two models.
"""

from rubrics.comparing.criteria import criteria_changes
from rubrics.comparing.sections import section_groups
from rubrics.comparing.signals import list_changes, signal_changes
from rubrics.comparing.types import Change, ChangeGroup, Comparison, Document, Kind
from rubrics.scoring.types import Axis

__all__ = ["Change", "ChangeGroup", "Comparison", "Kind", "compare_documents"]


def compare_documents(then: Document, now: Document) -> Comparison:
    """Everything that is different, grouped as a person reads a rubric.

    Args:
        then, now: whole documents (:func:`rubrics.rows.whole_document`). Notes are not compared:
            they say what changed.
    """
    told = (
        ChangeGroup("About", tuple(_about(then, now))),
        ChangeGroup("Fit criteria", tuple(criteria_changes(then, now, Axis.FIT))),
        ChangeGroup("Behavior criteria", tuple(criteria_changes(then, now, Axis.BEHAVIOR))),
        *section_groups(then, now),
        ChangeGroup("Lists", tuple(list_changes(then, now))),
        ChangeGroup("Signals", tuple(signal_changes(then, now))),
    )
    return Comparison(tuple(group for group in told if group.changes))


def _about(then: Document, now: Document) -> list[Change]:
    """The rubric's own texts."""
    changes = []
    for name, label in (("name", "Name"), ("description", "Description"), ("source", "Source")):
        before, after = then.get(name) or "", now.get(name) or ""
        if before != after:
            was = f" (was “{before}”)" if before else ""
            told = f"“{after}”" if after else "empty"
            changes.append(Change(Kind.CHANGED, f"{label}: {told}{was}"))
    return changes
