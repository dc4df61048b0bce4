"""Products are added and renamed on record."""

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import AuditEntry, Product
from leads.services import add_product, rename_product
from tests.world import AT, make_admin

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, object, object]]:
    found = AuditEntry.objects.filter(about="leads.product").order_by("pk")
    return list(found.values_list("action", "before", "after"))


def test_products_on_record() -> None:
    product = add_product(key="app", name="App", by=None, at=AT)
    rename_product(product, name="App", by=None, at=AT)
    renamed = rename_product(product, name="Board", by=None, at=AT)
    assert (renamed.key, Product.objects.get().name) == ("app", "Board")
    assert told() == [("added", None, "App"), ("edited", "App", "Board")]


def test_products_in_the_admin() -> None:
    client = Client()
    client.force_login(make_admin())
    client.post(reverse("admin:leads_product_add"), {"key": "app", "name": "App"})
    product = Product.objects.get(key="app")
    page = reverse("admin:leads_product_change", args=[product.pk])
    client.post(page, {"name": "Board"})
    assert told() == [("added", None, "App"), ("edited", "App", "Board")]
    assert set(AuditEntry.objects.values_list("by__username", flat=True)) == {"root"}
