"""Compiled versions are kept; a renamed signal is noticed by every process within seconds."""

from typing import Any
from unittest.mock import patch

import pytest

from leads.models import Product, Signal
from rubrics import mappers
from rubrics.mappers import compiled
from tests.rubrics.scored import publish_small

pytestmark = pytest.mark.django_db


def test_signal_renamed_elsewhere_is_noticed_after_some_seconds(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(mappers, "LOOKS_AGAIN_AFTER", 5.0)
    product = Product.objects.create(key="app", name="App")
    version = publish_small(product)
    with patch.object(mappers, "monotonic", return_value=100.0):
        before = compiled(version.pk)
        assert compiled(version.pk) is before
    Signal.objects.filter(product=product, key="used").update(name="Used it daily")
    with patch.object(mappers, "monotonic", return_value=104.9):
        assert compiled(version.pk) is before
    with patch.object(mappers, "monotonic", return_value=105.1):
        after = compiled(version.pk)
    assert after.names.signal_names["used"] == "Used it daily"
    with (
        patch.object(mappers, "monotonic", return_value=111.0),
        django_assert_num_queries(1),
    ):
        assert compiled(version.pk) is after
