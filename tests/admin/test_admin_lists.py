"""What the lists of the admin say of themselves, and how they tell dates."""

import re
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import escape

from config.lists import BY_MODEL, GROUPS
from leads.models import Product
from leads.moments import day_words, moment_words
from tests.world import make_person

OURS = ("leads.", "rubrics.", "routing.", "integrations.")
AT = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)


def test_every_list_has_its_place_and_says_what_it_is() -> None:
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert set(BY_MODEL) == registered
    for entry in BY_MODEL.values():
        for sentence in filter(None, (entry.says, entry.empty)):
            assert sentence[0].isupper(), entry
            assert sentence.endswith((".", "?")), entry
        assert 15 <= len(entry.says) <= 110, entry
        assert not entry.first or entry.first in BY_MODEL.keys() - {entry.model}, entry


def test_the_way_to_a_list_names_nothing_twice_and_says_what_the_sidebar_does() -> None:
    for model in admin.site._registry:
        section = apps.get_app_config(model._meta.app_label).verbose_name
        assert section.lower() != str(model._meta.verbose_name_plural).lower(), model
        assert section in GROUPS or not model.__module__.startswith(OURS), model


@pytest.mark.django_db
def test_an_empty_workspace_says_how_to_begin(client: Client) -> None:
    empty = 0
    for entry in BY_MODEL.values():
        response = client.get(entry.link)
        page, changelist = response.content.decode(), (response.context or {}).get("cl")
        assert "yielded" not in page, entry
        assert f" {escape(entry.title)} | Ripeline</title>" in page, entry
        assert client.get(f"{entry.link}abc/change/").status_code in (302, 404), entry
        if changelist is not None and not changelist.result_list:
            assert "Nothing here yet" in page, entry
            assert escape(entry.empty) in page, entry
            below = page[page.index("Nothing here yet") :]
            assert not entry.first or f'href="{BY_MODEL[entry.first].link}"' in below, entry
            for action in response.context["actions_list"] or ():
                assert f'href="{action["path"]}"' in below, entry
            empty += 1
    assert empty > len(BY_MODEL) - 8
    page = client.get(reverse("admin:leads_product_changelist"), {"q": "none"}).content.decode()
    assert "Nothing matches" in page
    assert "No row is left by the search." in page
    response = client.get(reverse("admin:rubrics_preview_changelist"), {"state__exact": "done"})
    assert "No row is left by the filters." in response.content.decode()
    Product.objects.create(key="app", name="App")
    page = client.get(reverse("admin:leads_product_changelist")).content.decode()
    assert BY_MODEL["leads.product"].says in page
    assert "Nothing here yet" not in page


@pytest.mark.django_db
def test_what_needs_something_first_leads_there(client: Client) -> None:
    for door, first in (
        ("admin:rubrics_goldenlead_import_file", "rubrics.rubric"),
        ("admin:rubrics_rubric_import_file", "leads.product"),
    ):
        response = client.get(reverse(door), follow=True)
        assert response.redirect_chain == [(BY_MODEL[first].link, 302)]
        assert " first: " in response.content.decode()


@pytest.mark.django_db
def test_an_empty_list_leads_nobody_where_they_may_not_go() -> None:
    (client := Client()).force_login(make_person("ann", "view_lead", staff=True))
    page = client.get(BY_MODEL["leads.lead"].link).content.decode()
    assert "Nothing here yet" in page
    assert BY_MODEL["leads.source"].link not in page


@pytest.mark.django_db
def test_the_way_to_a_page_says_what_the_sidebar_does(client: Client) -> None:
    product = Product.objects.create(key="app", name="My app")
    index = reverse("admin:index")
    for address, words in (
        (reverse("admin:leads_auditentry_changelist"), ["Judgement", "Audit log"]),
        (reverse("admin:auth_user_changelist"), ["Edge", "People"]),
        (reverse("admin:leads_product_change", args=[product.pk]), ["Facts", "Products", "My app"]),
    ):
        page = client.get(address).content.decode()
        way = page[page.index("<h1") : page.index("</h1>")]
        assert re.findall(r">\s*([^<>]+?)\s*</a>", way) == words
        assert f'href="{index}#{words[0].lower()}"' in way
    assert 'id="under-the-hood"' in client.get(index).content.decode()


def test_dates_are_told_in_one_way() -> None:
    assert localize(AT) == "1 Jun 2026, 23:30"
    assert localize(AT.date()) == "1 Jun 2026"
    assert localize(AT.time()) == "23:30"
    assert (moment_words(AT), day_words(AT)) == ("1 Jun 2026, 23:30", "1 Jun 2026")


def test_names_tell_the_time_zone_of_the_pages() -> None:
    with timezone.override("Europe/Berlin"):
        assert (moment_words(AT), day_words(AT)) == ("2 Jun 2026, 01:30", "2 Jun 2026")
