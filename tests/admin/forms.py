"""Pages of the admin as a browser would send them back."""

from html.parser import HTMLParser
from typing import Any

from django.contrib.messages import get_messages
from django.forms import BoundField
from django.test import Client
from django.urls import reverse

from rubrics.models import RubricVersion


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


class _Form(HTMLParser):
    """Gathers what the controls of the first form would send; templates hold no controls."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.select = self.area = ""
        self.in_template = 0
        self.is_first = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.in_template += tag == "template"
        if self.in_template:
            return
        name, value = found.get("name", ""), found.get("value", "on")
        if tag == "input" and name and found.get("type") not in ("submit", "button"):
            if found.get("type") not in ("checkbox", "radio"):
                self._add(name, found.get("value", ""))
            elif "checked" in found:
                self._add(name, value)
        elif tag == "select" and name:
            self.select, self.is_first = name, True
        elif tag == "option" and self.select and ("selected" in found or self.is_first):
            if "selected" in found and not self.is_first:
                self.sent[self.select].pop()
            self._add(self.select, value)
            self.is_first = False
        elif tag == "textarea" and name:
            self.area = name
            self._add(name, "")

    def handle_endtag(self, tag: str) -> None:
        self.in_template -= tag == "template"
        self.select = "" if tag == "select" else self.select
        if tag == "textarea" and self.area:  # a browser drops the first line break
            self.sent[self.area][-1] = self.sent[self.area][-1].removeprefix("\n")
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area][-1] += data

    def _add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def sent_by(html: str) -> dict[str, Any]:
    """What the form in a part of a page would send: texts, or lists where a name stands twice."""
    parser = _Form()
    parser.feed(html)
    return {name: v[0] if len(v) == 1 else v for name, v in parser.sent.items()}


def form_at(client: Client, url: str) -> dict[str, Any]:
    """The form that an address opens, as a browser would send it back."""
    response = client.get(url)
    assert response.status_code == 200, url
    return sent_by(response.content.decode())


def form_of(client: Client, url: str) -> dict[str, Any]:
    """The form of an admin page as a browser would send it back."""
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
    value = bound.value()
    if isinstance(value, bool):
        value = "on" if value else None
    return {} if value is None else {bound.html_name: value}


def editor_url(version: RubricVersion, name: str, *args: str) -> str:
    return reverse(f"admin:rubrics_rubricversion_{name}", args=[version.pk, *args])


def version_url(version: RubricVersion, page: str = "change") -> str:
    return reverse(f"admin:rubrics_rubricversion_{page}", args=[version.pk])
