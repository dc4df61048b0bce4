from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from routing.models import LifecyclePolicy
from tests.factories.rubrics import ProductFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_without_policies_the_settings_count(settings: pytest.FixtureRequest) -> None:
    # The settings fixture takes any name.
    settings.QUALIFICATION_COOLDOWN_DAYS = 12  # type: ignore[attr-defined]
    lifecycle = LifecyclePolicy.objects.lifecycles().of(1)
    assert lifecycle.cooldown == 12 * DAY
    assert (lifecycle.early_rise, lifecycle.expire_after) == (None, None)
    assert LifecyclePolicy().cooldown_days == 12


def test_a_products_own_policy_replaces_everybodys_whole() -> None:
    own = ProductFactory.create()
    LifecyclePolicy.objects.create(cooldown_days=9, early_rise=20, expire_after_days=14)
    LifecyclePolicy.objects.create(product=own, cooldown_days=3)
    lifecycles = LifecyclePolicy.objects.lifecycles()
    assert (lifecycles.of(own.pk).cooldown, lifecycles.of(own.pk).early_rise) == (3 * DAY, None)
    assert lifecycles.of(own.pk + 1).expire_after == 14 * DAY
    assert lifecycles.longest_cooldown == 9 * DAY


def test_one_policy_for_each_product_and_one_for_all_others() -> None:
    LifecyclePolicy.objects.create()
    with pytest.raises(ValidationError, match="There is a policy for this already"):
        LifecyclePolicy().full_clean()
    with pytest.raises(IntegrityError, match="one_lifecycle_policy_per_product"):
        LifecyclePolicy.objects.create()
