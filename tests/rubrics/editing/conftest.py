"""A draft to edit, and two people who do."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from rubrics.models import RubricVersion
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_product
from tests.stock import written_once
from tests.world import make_person

DOCUMENT: dict[str, Any] = {
    "rubric": "edited",
    "signals": {"used": {"name": "Used it"}, "invited": {"name": "Invited a teammate"}},
    "lists": {"competitors": ["rival.example"], "spare": []},
    "groups": {"use": {"name": "Use", "max": 30}},
    "bands": [{"at_least": 0, "name": "Cold"}],
    "criteria": [
        {"key": "size", "axis": "fit", "measure": "number_in_range",
         "attribute": "account.employees", "tiers": [{"ranges": [[50, 500]], "points": 15}]},
        {"key": "rival", "axis": "fit", "name": "Competitor", "measure": "email_domain_in",
         "tiers": [{"list": "competitors", "points": -30}]},
        {"key": "use", "measure": "count", "signals": ["used"], "window": {"first": "7d"},
         "tiers": [{"at_least": 5, "points": 10}, {"more_than": 2, "points": 5}], "group": "use"},
        {"key": "invites", "name": "Invites", "measure": "count", "signals": ["invited"],
         "per_unit": {"points": 10, "max": 3}, "source": "A guess"},
        {"key": "away", "role": "silence", "measure": "days_since", "signals": ["used"],
         "per_period": {"points": -10, "period": "14d"}},
        {"key": "burst", "role": "velocity", "measure": "bursts", "signals": ["used", "invited"],
         "size": 5, "window": "48h", "points_per_burst": 25},
    ],
}  # fmt: skip


@pytest.fixture
@written_once
def draft(db: None) -> RubricVersion:
    return load_rubric(DOCUMENT, product=make_product(), by=None, at=AT)


@pytest.fixture
@written_once
def ann(db: None) -> User:
    return make_person("ann")


@pytest.fixture
@written_once
def bob(db: None) -> User:
    return make_person("bob")
