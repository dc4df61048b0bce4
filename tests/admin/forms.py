"""Pages of the admin as a browser would send them back."""

from typing import Any

from django.contrib.messages import get_messages
from django.forms import BoundField
from django.test import Client
from django.urls import reverse

from rubrics.admin.params import StepsWidget
from rubrics.models import RubricVersion


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def form_of(client: Client, url: str) -> dict[str, Any]:
    """The form of a page as a browser would send it back."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            data |= _sent(bound)
    return data


def _sent(bound: BoundField) -> dict[str, Any]:
    value, widget = bound.value(), bound.field.widget
    if isinstance(widget, StepsWidget):
        parts = enumerate(widget.decompress(value) or (), 1)
        return {f"{bound.html_name}_step_{number}": part for number, part in parts}
    if isinstance(value, bool):
        value = "on" if value else None
    return {} if value is None else {bound.html_name: value}


def criterion_url(draft: RubricVersion, key: str) -> str:
    criterion = draft.criteria.get(key=key)
    return reverse("admin:rubrics_criterion_change", args=[criterion.pk])


def version_url(version: RubricVersion, page: str = "change") -> str:
    return reverse(f"admin:rubrics_rubricversion_{page}", args=[version.pk])
