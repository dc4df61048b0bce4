"""Every error under /api/ is a problem (RFC 9457) with words that help."""

from typing import Any

import pytest
from django.test import Client, override_settings
from rest_framework.test import APIClient

from leads.api.parsers import MAX_BODY
from tests.world import make_admin, make_person, make_world, token_client

pytestmark = pytest.mark.django_db


def problem_of(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.fixture
def client() -> APIClient:
    return token_client(make_admin(), "ingest", "read:scores", "work:pqls", "manage:rubrics")


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing/", "/api/v1/", "/api/nothing", "/api/v1/leads/x/"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_path_is_a_404_problem(client: APIClient, path: str, method: str) -> None:
    problem_of(getattr(client, method)(path), 404)


def test_unknown_path_without_slash_says_so(client: APIClient) -> None:
    assert "slash" in problem_of(client.get("/api/v1/leads"), 404)["detail"]


def test_no_token_is_a_401_problem_with_a_challenge() -> None:
    response = APIClient().get("/api/v1/leads/")
    problem_of(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer rl_unknown", "Bearer a b", "bearer \xff\x00"])
def test_bad_token_is_a_401_problem(header: str) -> None:
    problem_of(APIClient().get("/api/v1/leads/", HTTP_AUTHORIZATION=header), 401)


def test_missing_scope_is_named() -> None:
    client = token_client(make_admin(), "ingest")
    assert "`read:scores`" in problem_of(client.get("/api/v1/leads/"), 403)["detail"]


def test_session_needs_the_csrf_header() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person("ingo", "add_event"))
    response = client.post("/api/v1/outcomes/", {}, content_type="application/json")
    assert "CSRF" in problem_of(response, 403)["detail"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_method_not_allowed(client: APIClient, method: str) -> None:
    response = getattr(client, method)("/api/v1/leads/")
    problem_of(response, 405)
    assert "GET" in response["Allow"]


def test_unsupported_media_type(client: APIClient) -> None:
    problem_of(client.post("/api/v1/outcomes/", "<x/>", content_type="text/xml"), 415)


def test_not_acceptable(client: APIClient) -> None:
    problem_of(client.get("/api/v1/leads/", HTTP_ACCEPT="text/html"), 406)


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff", b'{"a": NaN}', b"[" * 100_000, b'"\\ud800"', b"\x00"],
    ids=["cut off", "empty", "not UTF-8", "NaN", "endless nesting", "lone surrogate", "NUL"],
)
def test_malformed_json(client: APIClient, body: bytes) -> None:
    response = client.post("/api/v1/outcomes/", body, content_type="application/json")
    problem_of(response, 400)


def test_body_too_large(client: APIClient) -> None:
    body = b'"' + b"x" * MAX_BODY + b'"'
    response = client.post("/api/v1/outcomes/", body, content_type="application/json")
    problem_of(response, 413)


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"'])
def test_body_that_is_no_object(client: APIClient, body: bytes) -> None:
    response = client.post("/api/v1/outcomes/", body, content_type="application/json")
    problem_of(response, 400)


def test_invalid_body_names_each_field(client: APIClient) -> None:
    body = {
        "email": "a@b.example",
        "kind": "sold",
        "occurred_at": "2026-06-01T10:00:00",
        "amout": 1,
    }
    problem = problem_of(client.post("/api/v1/outcomes/", body, format="json"), 400)
    assert [error["pointer"] for error in problem["errors"]] == ["#/amout"]
    del body["amout"]
    problem = problem_of(client.post("/api/v1/outcomes/", body, format="json"), 400)
    assert {error["pointer"] for error in problem["errors"]} == {"#/kind", "#/occurred_at"}
    assert "offset" in str(problem["errors"])


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("leads/?mail=a", "mail"),
        ("leads/?email=", "email"),
        ("leads/?email=%00", "email"),
        ("leads/?email=" + "x" * 255, "email"),
        ("leads/?account=one", "account"),
        ("leads/?account=1&account=2", "account"),
        ("leads/?updated_since=yesterday", "updated_since"),
        ("leads/?updated_since=2026-06-01T10:00:00", "updated_since"),
        ("leads/?updated_since=0001-01-01T00:00:00Z", "updated_since"),
        ("leads/?page_size=0", "page_size"),
        ("leads/?page_size=1001", "page_size"),
        ("leads/?page_size=%D9%A1", "page_size"),
        ("leads/?cursor=x", "cursor"),
        ("leads/?cursor=%00%C3%A9", "cursor"),
        ("leads/?cursor=eyJhZnRlciI6WyIyIiwgMV19", "cursor"),
        ("scores/?cursor=eyJhZnRlciI6WzFdfQ", "cursor"),
        ("scores/?is_pql=yes", "is_pql"),
        ("scores/?min_total=1.5", "min_total"),
        ("scores/?changed_since=2026-06-01T10:00:00%2B99:00", "changed_since"),
        ("pqls/?state=asleep", "state"),
        ("rubric-versions/?status=new", "status"),
        ("leads/1/?expand=all", "expand"),
    ],
)
def test_bad_parameter_is_named(client: APIClient, path: str, parameter: str) -> None:
    problem = problem_of(client.get(f"/api/v1/{path}"), 400)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


@pytest.mark.parametrize("number", ["99999999999999999999999", "-99999999999999999999999"])
def test_number_beyond_the_column_is_named(client: APIClient, number: str) -> None:
    problem = problem_of(client.get(f"/api/v1/leads/?account={number}"), 400)
    assert [error["parameter"] for error in problem["errors"]] == ["account"]


def test_unexpected_error_is_a_500_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(1)
    client = token_client(make_admin(), "read:scores")
    client.raise_request_exception = False

    def fail(*args: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("leads.api.views.LeadViewSet.get_queryset", fail)
    response = client.get("/api/v1/leads/")
    assert "secret" not in str(problem_of(response, 500))


@override_settings(ALLOWED_HOSTS=["ripeline.example"])
def test_wrong_host_is_a_400_problem() -> None:
    problem_of(APIClient().get("/api/v1/leads", HTTP_HOST="evil.example"), 400)


def test_errors_outside_the_api_are_pages() -> None:
    response = Client().get("/nothing-here")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
