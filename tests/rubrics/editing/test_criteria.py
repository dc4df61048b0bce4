"""Criteria of a draft are saved one at a time; each edit is recorded, and none is lost."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.models import AuditEntry
from rubrics import editing
from rubrics.errors import EditConflict, VersionNotEditable
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from tests.rubrics.makers import AT


def entry_of(draft: RubricVersion, key: str) -> dict[str, Any]:
    (entry,) = [one for one in document_of(draft)["criteria"] if one["key"] == key]
    return dict(entry)


def keys(draft: RubricVersion) -> list[str]:
    return [one["key"] for one in document_of(draft)["criteria"]]


def revision(draft: RubricVersion) -> int:
    return RubricVersion.objects.get(pk=draft.pk).revision


def test_save_changes_one_criterion_and_records_it(draft: RubricVersion, ann: User) -> None:
    before = document_of(draft)
    seen = entry_of(draft, "invites")
    changed = {**seen, "per_unit": {"points": 15, "max": 3}}
    editing.save_criterion(draft, entry=changed, seen=seen, by=ann, at=AT)
    after = document_of(draft)
    assert entry_of(draft, "invites") == changed
    assert [c for c in after["criteria"] if c["key"] != "invites"] == [
        c for c in before["criteria"] if c["key"] != "invites"
    ]
    (entry,) = AuditEntry.objects.filter(about_id=draft.pk)
    assert (entry.field, entry.before, entry.after) == ("criteria.invites.per_unit.points", 10, 15)
    assert (entry.by, entry.action, revision(draft)) == (ann, "edited", 2)


@pytest.mark.parametrize("key", ["size", "rival", "use", "invites", "away", "burst"])
def test_saving_what_was_there_leaves_no_trace(draft: RubricVersion, key: str) -> None:
    before = document_of(draft)
    entry = entry_of(draft, key)
    editing.save_criterion(draft, entry=entry, seen=entry, by=None, at=AT)
    assert document_of(draft) == before
    assert (AuditEntry.objects.count(), revision(draft)) == (0, 1)


def test_the_second_editor_is_told_and_nothing_is_written(
    draft: RubricVersion, ann: User, bob: User
) -> None:
    seen = entry_of(draft, "invites")
    for points in (15, 20):
        changed = {**seen, "per_unit": {"points": points, "max": 3}}
        if points == 15:
            editing.save_criterion(draft, entry=changed, seen=seen, by=ann, at=AT)
            continue
        with pytest.raises(EditConflict, match="ann changed this at 12:00") as refused:
            editing.save_criterion(draft, entry=changed, seen=seen, by=bob, at=AT)
    assert refused.value.theirs["per_unit"]["points"] == 15
    assert entry_of(draft, "invites")["per_unit"]["points"] == 15
    editing.save_criterion(draft, entry=changed, seen=refused.value.theirs, by=bob, at=AT)
    assert entry_of(draft, "invites")["per_unit"]["points"] == 20


def test_edits_of_other_criteria_do_not_stand_in_the_way(
    draft: RubricVersion, ann: User, bob: User
) -> None:
    use, invites = entry_of(draft, "use"), entry_of(draft, "invites")
    editing.save_criterion(draft, entry={**use, "name": "A"}, seen=use, by=ann, at=AT)
    editing.save_criterion(draft, entry={**invites, "name": "B"}, seen=invites, by=bob, at=AT)
    assert {entry_of(draft, key)["name"] for key in ("use", "invites")} == {"A", "B"}


def test_what_somebody_removed_is_a_conflict_too(draft: RubricVersion, ann: User) -> None:
    seen = entry_of(draft, "use")
    editing.remove_criterion(draft, key="use", by=ann, at=AT)
    with pytest.raises(EditConflict) as refused:
        editing.save_criterion(draft, entry=seen, seen=seen, by=None, at=AT)
    assert refused.value.theirs is None


def test_what_cannot_be_scored_is_refused_unless_said_to_be_unfinished(
    draft: RubricVersion,
) -> None:
    seen = entry_of(draft, "use")
    unfinished = {name: value for name, value in seen.items() if name != "signals"}
    with pytest.raises(SpecError, match="signals"):
        editing.save_criterion(draft, entry=unfinished, seen=seen, by=None, at=AT)
    assert entry_of(draft, "use") == seen
    editing.save_criterion(draft, entry=unfinished, seen=seen, by=None, at=AT, unfinished=True)
    assert entry_of(draft, "use") == unfinished


def test_a_new_criterion_gets_a_key_of_its_own_at_the_end(draft: RubricVersion) -> None:
    entry = {"name": "Invites!", "measure": "count", "signals": ["used"], "tiers": [{"points": 1}]}
    made = [editing.save_criterion(draft, entry=entry, seen=None, by=None, at=AT) for _ in "ab"]
    assert [one.key for one in made] == ["invites_2", "invites_3"]
    assert keys(draft)[-2:] == ["invites_2", "invites_3"]


def test_copy_stands_after_its_model_under_a_key_of_its_own(draft: RubricVersion) -> None:
    editing.copy_criterion(draft, key="use", by=None, at=AT)
    assert keys(draft)[2:4] == ["use", "use_copy"]
    model, copy = entry_of(draft, "use"), entry_of(draft, "use_copy")
    assert copy == {**model, "key": "use_copy", "name": "Use, copy"}


@pytest.mark.parametrize(
    ("key", "place", "order"),
    [
        ("rival", 0, ["rival", "size", "use", "invites", "away", "burst"]),
        ("size", 9, ["rival", "size", "use", "invites", "away", "burst"]),
        ("invites", 0, ["size", "rival", "invites", "use", "away", "burst"]),
        ("away", 1, ["size", "rival", "use", "invites", "away", "burst"]),
    ],
)
def test_move_is_among_those_of_its_section(
    draft: RubricVersion, ann: User, key: str, place: int, order: list[str]
) -> None:
    before = keys(draft)
    editing.move_criterion(draft, key=key, place=place, by=ann, at=AT)
    assert keys(draft) == order
    moves = AuditEntry.objects.filter(about_id=draft.pk, field="order")
    assert [(one.before, one.after) for one in moves] == ([(before, order)] * (before != order))


def test_what_was_removed_comes_back_as_it_was(draft: RubricVersion, ann: User) -> None:
    entry = entry_of(draft, "use")
    editing.remove_criterion(draft, key="use", by=ann, at=AT)
    assert "use" not in keys(draft)
    assert editing.restore_criterion(draft, key="use", by=ann, at=AT) is not None
    assert entry_of(draft, "use") == entry
    assert editing.restore_criterion(draft, key="use", by=ann, at=AT) is None
    assert editing.restore_criterion(draft, key="never", by=ann, at=AT) is None


def test_published_versions_are_not_edited(draft: RubricVersion) -> None:
    publish_now(draft, by=None, at=AT)
    seen = entry_of(draft, "use")
    with pytest.raises(VersionNotEditable, match="Make a draft of it"):
        editing.save_criterion(draft, entry={**seen, "name": "X"}, seen=seen, by=None, at=AT)
