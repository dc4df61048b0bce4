"""Doors to the sections of a version: its rules, groups and bands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from rubrics import editing
from rubrics.admin.editor.conditions import ConditionForm
from rubrics.admin.editor.menu import for_conditions
from rubrics.admin.editor.page import RULES
from rubrics.admin.editor.section_forms import (
    CLEARS,
    CONDITIONS,
    WHEN,
    Rows,
    SectionForm,
    as_text,
    section_form,
)
from rubrics.editing.sections import band_entries, group_entries
from rubrics.errors import EditConflict
from rubrics.measures import MEASURES, SpecError

if TYPE_CHECKING:
    from rubrics.admin.editor.doors import EditorRequest


def one(door: EditorRequest, key: str) -> HttpResponse:
    """A section. GET shows its form, or with ``?line`` its words."""
    if key not in RULES:
        raise Http404
    if not door.is_post and ("line" in door.request.GET or not door.page.may_edit):
        return door.show("_rule.html", rule=door.page.rule(key), focus=True)
    return _rows(door, key) if key in Rows.kinds else _section(door, key)


def _formfield() -> Any:
    """The theme's form fields, as the admin makes them."""
    from django.contrib import admin

    from rubrics.models import RubricVersion

    return admin.site._registry[RubricVersion].formfield_for_dbfield


def _section(door: EditorRequest, key: str) -> HttpResponse:
    make = partial(
        section_form,
        key,
        door.version,
        door.page.around,
        partial(_formfield(), request=door.request),
    )
    if not door.is_post:
        return _show(door, make())
    form = make(door.request.POST)
    if not form.is_valid():
        return _show(door, form)
    seen = _seen(door)
    try:
        editing.save_section(
            door.version, section=key, columns=form.columns(), seen=seen, by=door.by, at=door.at
        )
    except SpecError as error:
        form.refuse(error)
        return _show(door, form)
    except EditConflict as conflict:
        mine, theirs = form.columns(), conflict.theirs
        labels = {name: field.label for name, field in form.fields.items()}
        clashes = [
            {"label": labels.get(name) or "Conditions", "mine": value, "theirs": theirs[name]}
            for name, value in mine.items()
            if value != theirs[name] and value != seen.get(name) and theirs[name] != seen.get(name)
        ]
        return _show(door, form, conflict=conflict, clashes=clashes, seen=as_text(theirs))
    return door.saved("_saved_rule.html", key=key)


def _show(door: EditorRequest, form: SectionForm, **context: Any) -> HttpResponse:
    menu = for_conditions(only_attributes=form.section == "segment", subject=door.version.subject)
    return door.show(
        "_section_form.html",
        rule=door.page.rule(form.section),
        form=form,
        when=WHEN,
        clears=CLEARS.get(form.section, ""),
        menu=menu if form.section in CONDITIONS else (),
        **context,
    )


def _rows(door: EditorRequest, key: str) -> HttpResponse:
    entries = (group_entries if key == "groups" else band_entries)(door.version)
    if not door.is_post:
        return _show_rows(door, Rows(key, entries))
    rows = Rows(key, entries, door.request.POST)
    if not rows.is_valid():
        return _show_rows(door, rows)
    sent: Any = _seen(door)
    seen = sent if isinstance(sent, list) else []
    try:
        if key == "groups":
            groups = _with_keys(rows.read())
            editing.save_groups(door.version, groups=groups, seen=seen, by=door.by, at=door.at)
        else:
            bands = rows.read()
            editing.save_bands(door.version, bands=bands, seen=seen, by=door.by, at=door.at)
    except SpecError as error:
        rows.problem = f"{error.problem[:1].upper()}{error.problem[1:]}."
        return _show_rows(door, rows)
    except EditConflict as conflict:
        return _show_rows(door, rows, conflict=conflict, seen=json.dumps(conflict.theirs))
    return door.saved("_saved_rule.html", key=key)


def _show_rows(door: EditorRequest, rows: Rows, **context: Any) -> HttpResponse:
    rule = door.page.rule(rows.section)
    return door.show("_rows_form.html", rule=rule, rows=rows, **context)


def _with_keys(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A new group gets a key that says what it is called."""
    taken = {group["key"] for group in groups if group["key"]}
    for group in groups:
        if not group["key"]:
            base = re.sub(r"[^a-z0-9]+", "_", group["name"].lower()).strip("_")[:50] or "group"
            names = (base, *(f"{base}_{number}" for number in range(2, 200)))
            group["key"] = next(name for name in names if name not in taken)
            taken.add(group["key"])
    return groups


def _seen(door: EditorRequest) -> Mapping[str, Any]:
    try:
        seen = json.loads(door.request.POST.get("seen") or "{}")
    except ValueError:
        return {}
    return seen if isinstance(seen, dict | list) else {}  # type: ignore[return-value]  # rows


def condition(door: EditorRequest, key: str) -> HttpResponse:
    """The fields of one more condition of a section."""
    measure = MEASURES.get(door.request.GET.get("measure", ""))
    row = door.request.GET.get("row", "")
    if key not in CONDITIONS or measure is None or not (row.isascii() and row.isalnum()):
        raise Http404
    name = f"s-{key}-when"
    form = ConditionForm(measure, door.page.around, prefix=f"{name}-{row}", entry={})
    return door.show("_condition.html", row=form, place=row, name=name, focus=True)
