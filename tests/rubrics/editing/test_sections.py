"""Sections, groups and bands of a draft."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.models import AuditEntry
from rubrics import editing
from rubrics.editing.sections import band_entries, group_entries, section_columns
from rubrics.errors import EditConflict
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.rows import document_of
from tests.rubrics.makers import AT


def save(draft: RubricVersion, section: str, **columns: Any) -> None:
    seen = section_columns(RubricVersion.objects.get(pk=draft.pk), section)
    editing.save_section(draft, section=section, columns=columns, seen=seen, by=None, at=AT)


def test_a_section_is_saved_and_recorded(draft: RubricVersion) -> None:
    save(draft, "thresholds", min_total=70)
    assert document_of(RubricVersion.objects.get(pk=draft.pk))["thresholds"]["total"] == 70
    (entry,) = AuditEntry.objects.all()
    assert (entry.field, entry.before, entry.after) == ("thresholds.total", 80, 70)


@pytest.mark.parametrize(
    ("section", "columns", "where"),
    [
        (
            "combination",
            {"combination": "blend", "blend_behavior": 70, "blend_fit": 20},
            "add up to 100",
        ),
        ("segment", {"segment_name": "Big", "segment_conditions": [{"measure": "no"}]}, "segment"),
        ("thresholds", {"max_fit": 3}, "thresholds"),
    ],
)
def test_what_makes_no_sense_is_refused(
    draft: RubricVersion, section: str, columns: dict[str, Any], where: str
) -> None:
    before = document_of(draft)
    with pytest.raises(SpecError, match=where):
        save(draft, section, **columns)
    assert document_of(RubricVersion.objects.get(pk=draft.pk)) == before


def test_the_second_editor_of_a_section_is_told(draft: RubricVersion, ann: User, bob: User) -> None:
    seen = section_columns(draft, "thresholds")

    def save_as(person: User, total: int) -> None:
        columns = {"min_total": total}
        editing.save_section(
            draft, section="thresholds", columns=columns, seen=seen, by=person, at=AT
        )

    save_as(ann, 70)
    with pytest.raises(EditConflict, match="ann changed this") as refused:
        save_as(bob, 60)
    assert refused.value.theirs["min_total"] == 70


def test_groups_are_saved_as_a_whole(draft: RubricVersion) -> None:
    seen = group_entries(draft)
    groups = [{"key": "new", "name": "New", "most": None, "least": -5}]
    editing.save_groups(draft, groups=groups, seen=seen, by=None, at=AT)
    document = document_of(draft)
    assert document["groups"] == {"new": {"name": "New", "min": -5}}
    assert not [one for one in document["criteria"] if "group" in one]
    with pytest.raises(EditConflict):
        editing.save_groups(draft, groups=groups, seen=seen, by=None, at=AT)


@pytest.mark.parametrize(("most", "least"), [(None, None), (1, 2)])
def test_groups_need_limits_that_make_sense(
    draft: RubricVersion, most: int | None, least: int | None
) -> None:
    groups = [{"key": "use", "name": "", "most": most, "least": least}]
    with pytest.raises(SpecError, match=r"groups\.use"):
        editing.save_groups(draft, groups=groups, seen=group_entries(draft), by=None, at=AT)


def test_bands_are_saved_in_order_and_begin_at_0(draft: RubricVersion) -> None:
    seen = band_entries(draft)
    bands = [
        {"at_least": 50, "name": "Hot", "meaning": "Call"},
        {"at_least": 0, "name": "Cold", "meaning": ""},
    ]
    with pytest.raises(SpecError, match="bands"):
        editing.save_bands(draft, bands=bands[:1], seen=seen, by=None, at=AT)
    editing.save_bands(draft, bands=bands, seen=seen, by=None, at=AT)
    assert [band["name"] for band in band_entries(draft)] == ["Cold", "Hot"]
