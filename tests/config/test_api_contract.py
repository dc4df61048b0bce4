"""Schemathesis: whatever is sent, the API answers as its OpenAPI document says; never 5xx."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.wsgi import application
from integrations.models import ApiToken
from integrations.models.token import Scope
from tests.world import make_admin, make_world


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Keep the test's transaction open between requests, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(db: None, _one_connection: None) -> dict[str, str]:
    make_world()
    _, secret = ApiToken.objects.issue(name="contract", user_id=make_admin().pk, scopes=list(Scope))
    return {"Authorization": f"Bearer {secret}"}


document = SchemaGenerator().get_schema(request=None, public=True)
schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document, default=str)))
schema.app = application


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_api_keeps_to_its_document(case: Any, headers: dict[str, str]) -> None:
    # A document cannot say that a cursor comes from a page, or that one of two names is needed.
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
