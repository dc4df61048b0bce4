"""Load as SDKs make it: people live, batches are sent until answered, a ledger keeps account."""

import http.client
import itertools
import random
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.e2e.client import Client, basic

PAUSE_S = 0.03
# People are active for a while and make room for new ones: so many at a time.
PRESENT = 25
MESSAGES_A_PERSON = 18
TIMEOUT_S = 15.0

ACTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Onboarding Step Completed", {"percent": 100}),
    ("Core Feature Used", {}),
    ("Integration Connected", {"integration": "crm"}),
    ("Teammate Invited", {"email": "colleague@company.example"}),
    ("Pricing Viewed", {}),
    ("Checkout Started", {}),
    ("Premium Feature Used", {"feature": "export"}),
    ("Logged In", {}),
    ("Something Nobody Maps", {}),
)
TITLES = ("VP Marketing", "Product Manager", "Engineer")


class Ledger:
    """What was sent and what was acknowledged, in a file that only grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()

    def note(self, word: str, ids: Sequence[str]) -> None:
        with self._lock:
            self._file.write("".join(f"{word} {each}\n" for each in ids))

    def close(self) -> None:
        self._file.close()


def read_ledger(path: Path) -> tuple[set[str], set[str]]:
    """Return the message ids that were sent, and those that were acknowledged."""
    ids: dict[str, set[str]] = {"sent": set(), "acked": set()}
    for line in path.read_text().splitlines():
        word, _, message_id = line.partition(" ")
        ids[word].add(message_id)
    return ids["sent"], ids["acked"]


class Traffic:
    """Threads that send until told to stop. Each repeats a request until it is acknowledged.

    Several threads speak of the same people at once, in any order, so that leads are made,
    described and merged in competition.
    """

    def __init__(
        self, url: str, *, write_key: str, ledger: Ledger, name: str, threads: int = 3
    ) -> None:
        self.url = url
        self.ledger = ledger
        self.name = name
        self.refused: list[str] = []
        self.acked = 0
        self._headers = basic(write_key)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True)
            for number in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * TIMEOUT_S)
        assert not any(thread.is_alive() for thread in self._threads), "a request has no answer"

    def _run(self, number: int) -> None:
        # Repeatable choices, not secrets.
        chance = random.Random(f"{self.name}-{number}")
        messages = _messages(f"{self.name}-{number}", self.name, chance)
        with Client(self.url, self._headers, timeout=TIMEOUT_S) as client:
            while not self._stop.is_set():
                if chance.random() < 0.3:
                    batch = [next(messages)]
                    path = f"/v1/{batch[0]['type']}"
                    body = batch[0]
                else:
                    batch = list(itertools.islice(messages, chance.randrange(2, 25)))
                    path, body = "/v1/batch", {"batch": batch}
                self._send(client, path, body, [message["messageId"] for message in batch])
                if chance.random() < 0.05:  # the answer was lost, says the client
                    self._send(client, path, body, [])
                time.sleep(PAUSE_S)

    def _send(self, client: Client, path: str, body: dict[str, Any], ids: list[str]) -> None:
        self.ledger.note("sent", ids)
        while True:
            try:
                answer = client.post(path, body)
            except (OSError, http.client.HTTPException):
                answer = None
            if answer is not None and answer.status == 200:
                break
            if answer is not None and answer.status != 503:
                self.refused.append(f"{answer.status} {answer.body!r}")
                return
            if self._stop.wait(0.1) and answer is None:
                return  # sent, never acknowledged: it may be stored or not
        self.ledger.note("acked", ids)
        self.acked += len(ids)
        if "set_aside" in answer.json():
            self.refused.append(repr(answer.body))


def _messages(prefix: str, crowd: str, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in itertools.count():
        person = number // MESSAGES_A_PERSON + chance.randrange(PRESENT)
        yield {**_message(f"{crowd}-{person}", person, chance), "messageId": f"{prefix}-{number}"}


def _message(name: str, person: int, chance: random.Random) -> dict[str, Any]:
    """One thing a person does; they are anonymous, then known, and some have a second user id."""
    user, visitor, second = f"u-{name}", f"a-{name}", f"v-{name}"
    kind = chance.choices(
        ("seen", "done", "identify", "group", "second", "alias"), (15, 60, 10, 8, 4, 3)
    )[0]
    event, properties = chance.choice(ACTIONS)
    track = {"type": "track", "event": event, "properties": properties}
    if kind == "seen":
        return {**track, "anonymousId": visitor}
    if kind == "done":
        return {**track, "userId": user}
    if kind == "second":
        return {**track, "userId": second}
    if kind == "alias":
        return {"type": "alias", "previousId": second, "userId": user}
    if kind == "identify":
        traits: dict[str, Any] = {"email": f"{user}@company.example", "title": TITLES[person % 3]}
        return {"type": "identify", "userId": user, "anonymousId": visitor, "traits": traits}
    traits = {
        "name": f"Company {person // 4}",
        "employees": 120 if person % 4 else 8,
        "industry": "SaaS",
        "technologies": ["Salesforce"],
        "country": "US",
    }
    return {"type": "group", "userId": user, "groupId": f"g-{name}", "traits": traits}
