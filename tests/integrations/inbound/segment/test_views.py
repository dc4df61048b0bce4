"""The Segment doors over HTTP (in process)."""

import base64
import gzip
import zlib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from django.db import OperationalError
from django.test import Client

from integrations.inbound import sources
from leads.models import Event, Lead, RejectedMessage, Source
from tests.factories.leads import SignalMappingFactory, SourceFactory, message, write_key_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rings() -> Iterator[Any]:
    """No workers here: count the rings instead."""
    sources.forget_sources()
    with patch("integrations.doorbell.ring") as ring:
        yield ring


@pytest.fixture
def source() -> Source:
    return SourceFactory.create()


def post(
    path: str, body: Any, source: Source | None = None, *, key: str | None = None, **headers: str
) -> Any:
    """POST a body as SDKs do; the key goes into Basic authentication."""
    if source is not None:
        key = write_key_of(source)
    if key is not None:
        basic = base64.b64encode(f"{key}:".encode()).decode()
        headers.setdefault("Authorization", f"Basic {basic}")
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return Client(enforce_csrf_checks=True).post(
        path, data=data, content_type="text/plain", headers=headers
    )


@pytest.mark.parametrize("kind", ["track", "identify", "group", "page", "screen", "alias"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_every_path_with_and_without_slash(source: Source, kind: str, slash: str) -> None:
    body = message(kind, userId="u1", previousId="u0", groupId="g1", name="Home")
    del body["type"]
    response = post(f"/v1/{kind}{slash}", body, source)
    assert response.status_code == 200
    assert response.json() == {"success": True, "accepted": 1, "duplicates": 0}
    assert Event.objects.get().kind == kind


def test_batch_names_what_was_set_aside(source: Source) -> None:
    body = {
        "batch": [
            message(userId="u1", messageId="m0"),
            message(messageId="m1"),
            message(userId="u1", timestamp="yesterday", messageId="m2"),
            "not a message",
        ],
        "sentAt": "2026-11-21T12:00:00Z",
        "context": {"library": {"name": "test"}},
    }
    answer = post("/v1/batch", body, source).json()
    assert answer["accepted"] == 1
    assert [(each["index"], each["code"], each["field"]) for each in answer["set_aside"]] == [
        (1, "no_person", "userId"),
        (2, "bad_timestamp", "timestamp"),
        (3, "not_an_object", ""),
    ]
    assert RejectedMessage.objects.count() == 3
    assert Event.objects.get().context == {"library": {"name": "test"}}


def test_single_bad_message_is_a_400_and_kept(source: Source) -> None:
    response = post("/v1/track", {"userId": "u1"}, source)
    assert response.status_code == 400
    assert response.json()["code"] == "no_event_name"
    assert response.json()["field"] == "event"
    assert RejectedMessage.objects.count() == 1


def test_body_that_is_no_json_is_kept_for_people_to_see(source: Source) -> None:
    body = b'{"userId": "u1", "writeKey": "%s", "properties": NaN}' % write_key_of(source).encode()
    response = post("/v1/track", body, source)
    assert (response.status_code, response.json()["code"]) == (400, "bad_json")
    assert RejectedMessage.objects.get().raw == '{"userId": "u1",  "properties": NaN}'


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param("Basic {basic}", id="basic with colon"),
        pytest.param("Basic {bare}", id="basic without colon"),
        pytest.param("Bearer {key}", id="bearer"),
    ],
)
def test_write_key_in_the_header(source: Source, credentials: str) -> None:
    key = write_key_of(source)
    header = credentials.format(
        key=key,
        basic=base64.b64encode(f"{key}:".encode()).decode(),
        bare=base64.b64encode(key.encode()).decode(),
    )
    response = post("/v1/track", message(userId="u1"), Authorization=header)
    assert response.status_code == 200


def test_write_key_in_the_body_is_not_stored(source: Source) -> None:
    key = write_key_of(source)
    assert post("/v1/track", message(userId="u1", writeKey=key)).status_code == 200
    assert post("/v1/track", {"userId": "u1", "writeKey": key}).status_code == 400
    assert key not in RejectedMessage.objects.get().raw


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic ", "Basic ???", "Basic d3Jvbmc6", "Bearer wrong", "Digest x", "Basic \u00e9"],
)
def test_unknown_key_is_a_401_every_sdk_reads(authorization: str) -> None:
    response = post("/v1/batch", {"batch": []}, Authorization=authorization)
    assert response.status_code == 401
    answer = response.json()
    assert answer["code"] == "unauthorized"
    assert answer["status"] == 0
    assert answer["message"] == answer["detail"] == answer["error"]


def test_disabled_source_stops_and_new_key_works_at_once(source: Source) -> None:
    assert post("/v1/track", message(userId="u1"), source).status_code == 200
    source.is_active = False
    source.save()
    sources.forget_sources()  # what a few seconds do
    assert post("/v1/track", message(userId="u1"), source).status_code == 401
    source.is_active = True
    source.save()
    assert post("/v1/track", message(userId="u1"), source).status_code == 200


@pytest.mark.parametrize(
    ("pack", "encoding"),
    [
        pytest.param(gzip.compress, "gzip", id="gzip"),
        pytest.param(zlib.compress, "deflate", id="deflate"),
        pytest.param(gzip.compress, "", id="gzip that nobody declared"),
    ],
)
def test_packed_bodies(source: Source, pack: Any, encoding: str) -> None:
    body = pack(orjson.dumps(message(userId="u1")))
    headers = {"Content-Encoding": encoding} if encoding else {}
    assert post("/v1/track", body, source, **headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        pytest.param(gzip.compress(b"0" * 50_000_000), "gzip", 413, id="bomb"),
        pytest.param(b"x" * (500 * 1024 + 1), "", 413, id="one byte over 500 KB"),
        pytest.param(gzip.compress(gzip.compress(b"{}")), "gzip", 400, id="packed twice"),
        pytest.param(gzip.compress(b"{}")[:-9], "gzip", 400, id="cut off"),
        pytest.param(b"{}", "gzip", 400, id="not packed at all"),
        pytest.param(b"{}", "br", 400, id="unknown packing"),
    ],
)
def test_bodies_refused(source: Source, body: bytes, encoding: str, status: int) -> None:
    response = post("/v1/batch", body, source, **{"Content-Encoding": encoding})
    assert response.status_code == status
    assert set(response.json()) >= {"code", "message", "detail"}


def test_batch_of_2501_is_refused_whole(source: Source) -> None:
    assert post("/v1/batch", {"batch": [{}] * 2_501}, source).status_code == 413
    assert not RejectedMessage.objects.exists()


def test_other_methods_and_preflight(source: Source) -> None:
    response = Client().get("/v1/track")
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
    preflight = Client().options("/v1/batch")
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in preflight["Access-Control-Allow-Headers"]


def test_database_trouble_is_a_503_that_sdks_wait_for(source: Source) -> None:
    with patch(
        "integrations.inbound.segment.views.ingest", side_effect=OperationalError("disk full")
    ):
        response = post("/v1/track", message(userId="u1"), source)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response.json()["code"] == "unavailable"


def test_workers_are_rung_only_for_changes(source: Source, rings: Any) -> None:
    SignalMappingFactory.create(signal__product=source.product)
    post("/v1/track", message(userId="u1", messageId="m1"), source)
    post("/v1/track", message(userId="u1", messageId="m1"), source)
    post("/v1/track", message(userId="u1", event="Unmapped"), source)
    assert rings.call_count == 1


def test_everyday_batch_takes_few_statements(
    source: Source, django_assert_max_num_queries: Any
) -> None:
    SignalMappingFactory.create(signal__product=source.product)
    batch = {"batch": [message(userId=f"u{n % 20}") for n in range(100)]}
    post("/v1/batch", batch, source)
    with django_assert_max_num_queries(5):  # savepoint and its release included
        assert post("/v1/batch", batch, source).json()["accepted"] == 100
    assert Lead.objects.count() == 20
