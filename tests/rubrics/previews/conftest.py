"""The six leads, scored by what is published, and the draft."""

import pytest

from leads.models import Lead, Product
from rubrics.models import RubricVersion
from tests.rubrics.previews.previewed import make_draft, scored_leads
from tests.stock import written_once


@pytest.fixture
@written_once
def leads(product: Product, version: RubricVersion) -> dict[str, Lead]:
    return scored_leads(product)


@pytest.fixture
@written_once
def draft(product: Product, version: RubricVersion) -> RubricVersion:
    return make_draft(product)
