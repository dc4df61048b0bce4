"""Twelve leads, scored by the first version of a rubric; and a draft that counts double."""

from datetime import timedelta
from typing import Any

import pytest

from leads.models import Lead, Product
from rubrics.models import RubricVersion
from rubrics.publishing import filling
from rubrics.scores import score_due
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.scored import DAY, DOCUMENT, mark
from tests.stock import written_once

LATER = AT + timedelta(minutes=5)
DOUBLE: dict[str, Any] = {
    **DOCUMENT,
    "criteria": [
        {**DOCUMENT["criteria"][0], "per_unit": {"points": 10}},
        DOCUMENT["criteria"][1],
    ],
}


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "CHUNK", dict.fromkeys(filling.CHUNK, 5))


@pytest.fixture
@written_once
def leads(product: Product, version: RubricVersion) -> list[Lead]:
    """Lead number n used the product n % 4 times: 5 points each by the first version."""
    made = [
        make_lead(product, started_at=AT - 60 * DAY, hits=[("used", AT - 20 * DAY)] * (n % 4))
        for n in range(12)
    ]
    mark(*made)
    score_due(at=AT)
    return made


@pytest.fixture
@written_once
def draft(product: Product, version: RubricVersion) -> RubricVersion:
    return load_rubric(DOUBLE, product=product, by=None, at=AT)
