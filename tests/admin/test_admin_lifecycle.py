import pytest
from django.test import Client

from leads.models import AuditEntry
from routing.models import LifecyclePolicy
from tests.factories.rubrics import ProductFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/routing/lifecyclepolicy/"


def test_a_policy_is_told_in_words_and_every_change_is_in_the_audit_log(client: Client) -> None:
    product = ProductFactory.create(name="Suite")
    form = {"product": product.pk, "cooldown_days": 30, "early_rise": 20, "expire_after_days": 1}
    assert client.post(f"{ADDRESS}add/", form).status_code == 302
    policy = LifecyclePolicy.objects.get()
    page = client.get(ADDRESS).content.decode()
    words = ("Suite", "After 30 days", "20 or more points above last time", "Closed after 1 day")
    assert all(word in page for word in words)

    client.post(f"{ADDRESS}{policy.pk}/change/", {"product": product.pk, "cooldown_days": 0})
    page = client.get(ADDRESS).content.decode()
    assert all(word in page for word in ("At once", "Never", "Stays open"))
    client.post(f"{ADDRESS}{policy.pk}/delete/", {"post": "yes"})

    entries = AuditEntry.objects.order_by("pk").values_list("action", "field", "before", "after")
    assert set(entries) >= {
        ("added", "product", None, "suite"),
        ("edited", "cooldown_days", 30, 0),
        ("edited", "expire_after_days", 1, None),
        ("deleted", "", None, None),
    }


def test_a_second_policy_for_the_same_is_refused(client: Client) -> None:
    LifecyclePolicy.objects.create(cooldown_days=3)
    answer = client.post(f"{ADDRESS}add/", {"cooldown_days": 400})
    page = answer.content.decode()
    assert "365 or less." in page
    answer = client.post(f"{ADDRESS}add/", {"cooldown_days": 5})
    assert "There is a policy for this already. Change that one." in answer.content.decode()
    assert LifecyclePolicy.objects.get().cooldown_days == 3
