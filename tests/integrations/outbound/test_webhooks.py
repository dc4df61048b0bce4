"""Webhooks go out signed, to the public internet only, and end in time."""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from integrations.models import Delivery
from integrations.models.delivery import LIFE
from integrations.outbound import webhooks
from integrations.outbound.outcomes import Failed
from integrations.outbound.sending import send_due
from integrations.outbound.webhooks import client
from integrations.outbound.webhooks.guard import ForbiddenAddressError, resolve, target
from tests.doubles.receiver import SECRET, Receiver
from tests.doubles.server import LOST, Fault, Reply
from tests.integrations.outbound.conftest import webhook_destination

AT = datetime.now(UTC).replace(microsecond=0)
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()


@pytest.fixture(autouse=True)
def _at_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receivers refuse what was stamped five minutes ago, when these tests were collected."""
    monkeypatch.setattr(f"{__name__}.AT", datetime.now(UTC).replace(microsecond=0))


def owed(receiver: Receiver, **values: Any) -> Delivery:
    destination = webhook_destination(receiver.hook)
    payload = {"type": "play.fired", "timestamp": AT.isoformat(), "data": {"lead": {"name": "Ä"}}}
    given = {
        "kind": "event",
        "created_at": AT,
        "not_before": AT,
        "not_after": AT + LIFE,
        "payload": payload,
    }
    return Delivery.objects.create(destination=destination, key="k", **{**given, **values})


def problem_of(delivery: Delivery) -> str:
    send_due(at=AT, seconds=0.2)
    delivery.refresh_from_db()
    return delivery.problem


@pytest.mark.django_db
def test_receiver_verifies_it_with_the_reference_library(receiver: Receiver) -> None:
    delivery = owed(receiver)
    assert send_due(at=AT, seconds=0.2) == 1
    assert receiver.events == [(delivery.message_key, delivery.payload)]
    assert receiver.requests[0].headers["content-type"] == "application/json"


@pytest.mark.django_db
@pytest.mark.parametrize("known", [SECRET, OLD], ids=["new", "old"])
def test_both_secrets_sign_while_one_is_rotated(settings: Settings, known: str) -> None:
    settings.DESTINATION_SECRETS = {"WEBHOOK_SECRET_CRM": f"{SECRET} {OLD}"}
    with Receiver(known) as receiver:
        owed(receiver)
        assert send_due(at=AT, seconds=0.2) == 1
        assert len(receiver.requests[0].headers["webhook-signature"].split()) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "words"),
    [("", "is not set"), ("hunter2", "holds no secret"), ("whsec_", "holds no secret")],
)
def test_secret_that_is_missing_or_none_is_said(
    settings: Settings, receiver: Receiver, value: str, words: str
) -> None:
    settings.DESTINATION_SECRETS = {"WEBHOOK_SECRET_CRM": value}
    problem = problem_of(owed(receiver))
    assert words in problem
    assert "hunter2" not in problem
    assert receiver.requests == []


@pytest.mark.django_db
def test_redirect_is_not_followed(receiver: Receiver) -> None:
    delivery = owed(receiver)
    receiver.fault = Fault(Reply(302, headers={"Location": f"{receiver.url}/elsewhere"}))
    assert "Redirects are not followed" in problem_of(delivery)
    assert [request.path for request in receiver.requests] == ["/hook"]


@pytest.mark.django_db
def test_answer_lost_is_tried_again_under_the_same_id(receiver: Receiver) -> None:
    delivery = owed(receiver)
    receiver.break_next("/hook", LOST)
    assert "No answer came" in problem_of(delivery)
    assert send_due(at=AT + timedelta(seconds=7), seconds=0.2) == 1
    assert [id_ for id_, _ in receiver.events] == [delivery.message_key] * 2


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("0", 0), ("", None), ("soon", None), ("99999999999", 86_400)],
)
def test_retry_after_is_read(told: str, seconds: int | None) -> None:
    outcome = webhooks.outcome_of(client.Answer(503, {"retry-after": told}), at=AT)
    assert isinstance(outcome, Failed)
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert outcome.retry_after == expected


def test_retry_after_is_read_as_a_date() -> None:
    date = (AT + timedelta(minutes=3)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    outcome = webhooks.outcome_of(client.Answer(429, {"retry-after": date}), at=AT)
    assert isinstance(outcome, Failed)
    assert outcome.retry_after == timedelta(minutes=3)


@pytest.mark.django_db
def test_what_is_too_big_is_refused(receiver: Receiver) -> None:
    delivery = owed(receiver, payload={"type": "t", "data": "x" * 30_000})
    assert "20000 at most" in problem_of(delivery)
    assert delivery.state == "given_up"


# --- Addresses ------------------------------------------------------------------------------------
FORBIDDEN = [
    "https://127.0.0.1/", "https://127.1/", "https://127.255.255.254/", "https://0/",
    "https://0.0.0.0/", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/", "https://[::127.0.0.1]/", "https://2130706433/",
    "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://169.254.169.254/latest/meta-data/", "https://[::ffff:169.254.169.254]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd00::1]/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/",
    "https://100.64.0.1/", "https://192.0.0.1/", "https://198.18.0.1/", "https://224.0.0.1/",
    "https://240.0.0.1/", "https://255.255.255.255/", "https://[ff02::1]/", "https://[2001:db8::1]/",
    "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/",
    "https://[2002:c0a8:101::]/", "https://localhost./",
]  # fmt: skip
MALFORMED = [
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
    "https://user@example.com/", "https://user:pass@example.com/", "https://example.com@10.0.0.1/",
    "https://example.com:8443/", "https://example.com:22/", "https://example.com:99999/",
    "https://", "//example.com", "example.com", "", "https://exa mple.com/", "https://[::1/",
    "https://example.com\\@10.0.0.1/", "https://example.com/\r\nX: y", "https://ex\u00e4mple.com/",
    "javascript:alert(1)",
]  # fmt: skip


def addresses_of(url: str) -> list[str]:
    found = target(url)
    return resolve(found.host, found.port)


@pytest.fixture
def nothing_allowed(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []


@pytest.mark.parametrize("url", FORBIDDEN)
@pytest.mark.usefixtures("nothing_allowed")
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="private network"):
        addresses_of(url)


@pytest.mark.parametrize("url", MALFORMED)
@pytest.mark.usefixtures("nothing_allowed")
def test_what_is_no_plain_https_url_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        target(url)


@pytest.mark.parametrize("url", ["https://1.1.1.1/x", "https://[2606:4700:4700::1111]/"])
@pytest.mark.usefixtures("nothing_allowed")
def test_public_addresses_are_fine(url: str) -> None:
    assert addresses_of(url)


@pytest.mark.parametrize("allowed", [["10.1.2.3"], ["10.1.0.0/16"]])
def test_what_the_installation_allows_is_fine(settings: Settings, allowed: list[str]) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = allowed
    assert resolve("10.1.2.3", 443) == ["10.1.2.3"]
    with pytest.raises(ForbiddenAddressError):
        resolve("10.2.2.3", 443)


@pytest.mark.usefixtures("nothing_allowed")
def test_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer_with(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(ForbiddenAddressError, match=r"rebound\.example is an address inside"):
        resolve("rebound.example", 443)


@pytest.mark.django_db
def test_name_that_turned_private_is_refused_when_it_is_sent(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, receiver: Receiver
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []
    delivery = owed(receiver)
    type(delivery.destination).objects.update(url="https://rebound.example/")
    _answer_with(monkeypatch, ["169.254.169.254"])
    assert "private network" in problem_of(delivery)
    assert delivery.state == "given_up"


@pytest.mark.django_db
def test_address_looked_at_is_the_address_reached(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, receiver: Receiver
) -> None:
    """The name is asked for once: a second answer, at connecting, would not have been looked at."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["named.example"]
    delivery = owed(receiver)
    port = receiver.url.rpartition(":")[2]
    type(delivery.destination).objects.update(url=f"http://named.example:{port}/hook")
    asked = _answer_with(monkeypatch, ["127.0.0.1"])
    assert send_due(at=AT, seconds=0.2) == 1
    assert asked == ["named.example"]
    assert receiver.requests[0].headers["host"] == f"named.example:{port}"


def _answer_with(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> list[str]:
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if not host.endswith(".example"):
            return real(host, port, *rest, **more)
        asked.append(host)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


# --- Receivers that take their time ---------------------------------------------------------------
@pytest.fixture
def dripping() -> Iterator[str]:
    """A server that answers a byte at a time, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                while not ended.wait(0.02):
                    try:
                        connection.send(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        ended.set()
        thread.join(5)


def test_dripping_answer_ends_with_the_deadline(
    monkeypatch: pytest.MonkeyPatch, dripping: str
) -> None:
    monkeypatch.setattr(client, "DEADLINE_S", 0.3)
    began = time.monotonic()
    with pytest.raises(client.NoAnswerError):
        client.post(dripping, b"{}", {})
    assert time.monotonic() - began < 10


def test_endless_body_is_cut(receiver: Receiver) -> None:
    receiver.fault = Fault(Reply(200, b"x" * 1_000_000))
    assert client.post(receiver.hook, b"{}", {}).status == 200


def test_nobody_there_is_certain(receiver: Receiver) -> None:
    receiver.down()
    with pytest.raises(client.NotSentError, match="cannot be reached"):
        client.post(receiver.hook, b"{}", {})
