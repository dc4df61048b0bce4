"""A product, and the small rubric published for it."""

import pytest

from leads.models import Product
from rubrics.models import RubricVersion
from tests.rubrics.scored import publish_small
from tests.stock import written_once


@pytest.fixture
@written_once
def product(db: None) -> Product:
    return Product.objects.create(key="app", name="App")


@pytest.fixture
def version(product: Product) -> RubricVersion:
    return publish_small(product)
