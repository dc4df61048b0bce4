"""Every field in the admin can be seen and read."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from leads.admin.base import change_url
from routing.services.rules import draft_rules
from tests.world import AT

pytestmark = pytest.mark.django_db

FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*>")
STYLED = re.compile(r"\bborder\b|admin-autocomplete|selectfilter")
SHOWN = re.compile(r'type="(?:text|number|email|url|password|date|time)"|^<(?:select|textarea)')


MOST_IN_A_ROW = 3  # of four a date has no room left, and is broken anywhere


def test_rows_of_fields_leave_room_to_read() -> None:
    pages = admin.site._registry.values()
    rows = [row for page in pages for row in page.fields or ()]
    rows += [
        row for page in pages for _, section in page.fieldsets or () for row in section["fields"]
    ]
    assert len(rows) > 200
    assert [row for row in rows if isinstance(row, tuple) and len(row) > MOST_IN_A_ROW] == []


def test_every_field_of_a_new_row_has_a_border(client: Client) -> None:
    options = [model._meta for model in admin.site._registry]
    pages = [reverse(f"admin:{one.app_label}_{one.model_name}_add") for one in options]
    pages.append(change_url(draft_rules(by=None, at=AT)))  # begun from what is live, never added
    bare = []
    for url in pages:
        response = client.get(url)
        shown = response.content.decode() if response.status_code == 200 else ""
        fields = [field for field in FIELD.findall(shown) if SHOWN.search(field)]
        bare += [(url, field) for field in fields if not STYLED.search(field)]
    assert bare == []
