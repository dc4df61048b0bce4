"""The six leads, scored by what is published, and the draft."""

import pytest

from leads.models import Lead, Product
from rubrics.models import RubricVersion
from tests.rubrics.previews.previewed import make_draft, scored_leads


@pytest.fixture
def leads(product: Product, version: RubricVersion) -> dict[str, Lead]:
    return scored_leads(product)


@pytest.fixture
def draft(product: Product, version: RubricVersion) -> RubricVersion:
    return make_draft(product)
