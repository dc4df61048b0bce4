"""Writes of a draft, part by part: its criteria, sections, groups, bands and lists.

Each is a transaction that locks the draft, bumps its revision and records what became different in
the audit log. Each is given the part as its editor saw it: if somebody changed that part since,
nothing is written (:class:`rubrics.errors.EditConflict`), and the editor decides.
"""

from rubrics.editing.criteria import (
    copy_criterion,
    move_criterion,
    remove_criterion,
    restore_criterion,
    save_criterion,
)
from rubrics.editing.drafts import begin_draft
from rubrics.editing.lists import add_list, remove_list, replace_list
from rubrics.editing.sections import save_bands, save_groups, save_section

__all__ = [
    "add_list",
    "begin_draft",
    "copy_criterion",
    "move_criterion",
    "remove_criterion",
    "remove_list",
    "replace_list",
    "restore_criterion",
    "save_bands",
    "save_criterion",
    "save_groups",
    "save_section",
]
