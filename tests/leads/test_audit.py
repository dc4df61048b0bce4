from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.audit import differences, record
from leads.models import AuditEntry, Product

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param({"a": 1}, {"a": 1}, [], id="nothing"),
        pytest.param({"a": {"b": 1}}, {"a": {"b": 2}}, [("a.b", 1, 2)], id="a value inside"),
        pytest.param({"a": 1}, {"b": 2}, [("a", 1, None), ("b", None, 2)], id="gone and new"),
        pytest.param(
            {"criteria": [{"key": "x", "points": 1}, {"key": "y", "points": 1}]},
            {"criteria": [{"key": "y", "points": 2}, {"key": "x", "points": 1}]},
            [("criteria.y.points", 1, 2)],
            id="keyed lists are compared by key, whatever their order",
        ),
        pytest.param({"a": [1, 2]}, {"a": [2, 1]}, [("a", [1, 2], [2, 1])], id="other lists whole"),
        pytest.param(
            {"criteria": []}, {"criteria": [{"key": "x"}]}, [("criteria", [], [{"key": "x"}])],
            id="from none",
        ),
    ],
)  # fmt: skip
def test_differences(before: Any, after: Any, changes: Any) -> None:
    assert list(differences(before, after)) == changes


@pytest.mark.django_db
def test_record_keeps_who_when_what_and_why() -> None:
    product = Product.objects.create(key="suite", name="Suite")
    ann = User.objects.create(username="ann")
    record("edited", about=product, by=ann, at=AT, changes=[("name", "Old", "Suite")], reason="Why")
    entry = AuditEntry.objects.get()
    assert (entry.at, entry.by, entry.action, entry.reason) == (AT, ann, "edited", "Why")
    assert (entry.about, entry.about_id, entry.label) == ("leads.product", product.pk, "Suite")
    assert (entry.field, entry.before, entry.after) == ("name", "Old", "Suite")


@pytest.mark.django_db
def test_record_of_an_action_alone() -> None:
    product = Product.objects.create(key="suite", name="Suite")
    record("archived", about=product, by=None, at=AT)
    assert [(e.field, e.before, e.after) for e in AuditEntry.objects.all()] == [("", None, None)]
