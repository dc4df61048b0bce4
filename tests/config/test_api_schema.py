"""The API describes itself, and keeps to its description."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from tests.world import make_admin, make_person, token_client

SCHEMA, DOCS = "/api/v1/schema/", "/api/v1/docs/"


def test_schema_is_valid_and_complete() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


@pytest.mark.django_db
def test_every_operation_is_described() -> None:
    client = token_client(make_person("ada"), "ingest")
    schema = client.get(SCHEMA, HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    assert set(schema["components"]["securitySchemes"]) == {"token", "session"}
    operations = [op for path in schema["paths"].values() for op in path.values()]
    assert len(operations) >= 17
    for operation in operations:
        name = operation["operationId"]
        assert operation["summary"], name
        if name == "rubric_schema":  # open to all, and no list: editors bring no token
            continue
        assert "Scope: `" in operation["description"], name
        assert operation["tags"], name
        (scope,) = operation["security"][0]["token"]
        assert f"`{scope}`" in operation["description"], name
        for status in ("400", "401", "403"):
            assert "application/problem+json" in operation["responses"][status]["content"], name


@pytest.mark.django_db
def test_docs_are_for_staff_and_tokens() -> None:
    anonymous = Client().get(DOCS)
    assert anonymous.status_code == 302
    assert anonymous["Location"].endswith(f"?next={DOCS}")
    assert Client().get(SCHEMA).status_code == 401
    client = Client()
    client.force_login(make_person("omar"))
    assert client.get(SCHEMA).status_code == 403
    assert client.get(DOCS).status_code == 403
    client.force_login(make_admin())
    assert client.get(SCHEMA).status_code == 200
    with_token = token_client(make_person("ada"), "ingest")
    assert with_token.get(SCHEMA).status_code == 200


@pytest.mark.django_db
def test_docs_load_nothing_from_elsewhere() -> None:
    client = APIClient()
    client.force_login(make_admin())
    page = client.get(DOCS).content.decode()
    assert "swagger-ui" in page
    assert "cdn" not in page
    assert "https://" not in page
