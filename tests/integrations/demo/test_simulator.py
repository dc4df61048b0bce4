"""The simulator against a server that misbehaves on purpose."""

import base64
import json
import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from integrations.demo import SEED, sender, words
from integrations.demo.credentials import Credentials, write_credentials
from integrations.demo.sender import Sender, WriteKeyRefusedError, run
from integrations.demo.traffic import KIT, Traffic


class Ingest(ThreadingHTTPServer):
    """Answers with ``statuses`` in turn, then with 200; keeps what it took."""

    def __init__(self, statuses: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses = statuses
        self.batches: list[list[dict[str, Any]]] = []
        self.keys: set[str] = set()
        self.taken = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Ingest

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        secret = base64.b64decode(self.headers["Authorization"].removeprefix("Basic "))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.server.keys.add(secret.decode())
        if status == 200:
            self.server.batches.append(body["batch"])
        self.send_response(status)
        if status in (429, 503):
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()
        if status == 200:
            self.server.taken.set()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def statuses() -> list[int]:
    return []


@pytest.fixture
def ingest(statuses: list[int]) -> Iterator[Ingest]:
    with Ingest(statuses) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(sender, "LONGEST_PAUSE", 0.01)


def stream() -> Iterator[dict[str, Any]]:
    return iter(Traffic(SEED, run="test"))


def test_traffic_is_reproducible_and_names_each_message_once() -> None:
    first, second = list(islice(stream(), 500)), list(islice(stream(), 500))
    assert first == second
    assert len({message["messageId"] for message in first}) == 500
    assert {message["type"] for message in first} == {"identify", "group", "track", "page"}


def test_traffic_brings_newcomers_who_get_serious() -> None:
    messages = list(islice(stream(), 1500))
    deeds: dict[str, set[str]] = {}
    for message in messages:
        deeds.setdefault(message["userId"], set()).add(message.get("event", message["type"]))
    serious = [
        user for user, done in deeds.items() if {"identify", "Integration Connected"} <= done
    ]
    # One in about 120 messages, give or take.
    assert 5 <= len(serious) <= 30
    known = [user for user, done in deeds.items() if "identify" not in done]
    assert len(known) > 20


def test_traffic_of_the_second_product_is_its_own_and_some_of_the_same_people() -> None:
    messages = list(islice(iter(Traffic(SEED, run="test", product=KIT)), 1500))
    events = {message.get("event") for message in messages} - {None}
    assert events <= {
        "Signed Up", "API Key Created", "API Called", "Advanced Docs Viewed",
        "Production Deployed", "Call Quota Reached",
    }  # fmt: skip
    users = {message["userId"].split("-")[0] for message in messages}
    assert users == {"kit", "lumen"}
    titles = {m["traits"]["title"] for m in messages if m["type"] == "identify"}
    assert titles <= set(words.DEVELOPERS)
    others = {message["messageId"] for message in islice(stream(), 1500)}
    assert not others & {message["messageId"] for message in messages}


def test_simulate_product_command_sends_for_each_product_with_its_key(
    ingest: Ingest, tmp_path: Path, settings: Settings
) -> None:
    settings.DEMO_CREDENTIALS_FILE = str(tmp_path / "demo.json")
    write_credentials(Credentials((), "token", "board", "kit"))
    call_command("simulate_product", url=ingest.url, rate=500.0, duration=0.3, stdout=StringIO())
    assert ingest.keys == {"board:", "kit:"}


def test_run_sends_what_it_makes(ingest: Ingest) -> None:
    sent = run(stream(), Sender(ingest.url, "key"), rate=500, duration=0.3, stop=Event())
    received = [message for batch in ingest.batches for message in batch]
    assert sent == len(received) > 0
    assert ingest.keys == {"key:"}
    assert all("timestamp" in message for message in received)


@pytest.mark.parametrize("statuses", [[503, 429, 500]])
def test_run_tries_again_until_it_is_taken(ingest: Ingest, statuses: list[int]) -> None:
    run(stream(), Sender(ingest.url, "key"), rate=500, duration=0.3, stop=Event())
    ids = [message["messageId"] for batch in ingest.batches for message in batch]
    assert ids[0].endswith("000001")  # what was refused came again
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("statuses", [[400]])
def test_run_drops_what_is_refused_for_good(ingest: Ingest, statuses: list[int]) -> None:
    sent = run(stream(), Sender(ingest.url, "key"), rate=500, duration=0.3, stop=Event())
    assert sent == sum(map(len, ingest.batches))


@pytest.mark.parametrize("statuses", [[401]])
def test_run_ends_where_the_key_is_unknown(ingest: Ingest, statuses: list[int]) -> None:
    with pytest.raises(WriteKeyRefusedError):
        run(stream(), Sender(ingest.url, "key"), rate=500, duration=0.3, stop=Event())


def test_run_waits_for_a_server_that_is_away() -> None:
    stop = Event()
    away = Sender("http://127.0.0.1:9", "key")
    thread = Thread(
        target=run, args=(stream(), away), kwargs={"rate": 500, "duration": None, "stop": stop}
    )
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_simulate_product_command_stops_on_sigterm(ingest: Ingest) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    out = StringIO()

    def stop_when_taken() -> None:
        ingest.taken.wait(20)
        signal.raise_signal(signal.SIGTERM)

    thread = Thread(target=stop_when_taken)
    thread.start()
    try:
        call_command("simulate_product", url=ingest.url, write_key="key", rate=200.0, stdout=out)
    finally:
        thread.join()
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert "events sent" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "ftp://x"}, "no web address"),
        ({"rate": 0.0}, "above 0"),
    ],
)
def test_simulate_product_command_bad_input(options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("simulate_product", **({"write_key": "key"} | options))
