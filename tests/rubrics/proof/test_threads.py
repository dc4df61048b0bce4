"""A proof beside ingest, merges, scoring and rescores: no false alarm in any interleaving."""

import itertools
import os
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from leads.ingest import ingest, read_message
from leads.models import Lead, LeadMerge, Product, Source
from rubrics import scores
from rubrics.claims import ACCOUNTS, LEADS, Tables
from rubrics.models import AccountScore, Score
from rubrics.proof.comparing import Tally, compare
from rubrics.proof.reading import next_ids
from rubrics.publishing import publish_now
from rubrics.services import load_rubric

SECONDS = float(os.environ.get("PROOF_STRESS_SECONDS", "1.5"))
PATIENCE = 30.0
PEOPLE = 8
DOCUMENT: dict[str, Any] = {
    "rubric": "busy",
    "signals": {
        "used": {"events": [{"event": "Used"}]},
        "invited": {"events": [{"event": "Invited"}]},
    },
    "criteria": [
        {"key": "used", "measure": "count", "signals": ["used"], "per_unit": {"points": 1}},
        {"key": "lately", "measure": "distinct_days", "signals": ["invited"],
         "window": {"last": "1d"}, "tiers": [{"points": 3}]},
        {"key": "burst", "measure": "bursts", "signals": ["used"], "size": 3, "window": "1m",
         "role": "velocity", "points_per_burst": 5},
        {"key": "title", "axis": "fit", "measure": "text_matches", "attribute": "lead.title",
         "tiers": [{"keywords": ["VP"], "points": 10}]},
        {"key": "size", "axis": "fit", "measure": "number_in_range",
         "attribute": "account.employees", "tiers": [{"ranges": [[50, 500]], "points": 10}]},
    ],
}  # fmt: skip


class Bustle:
    """Threads that do their work again and again until the time is over and, where a machine is so
    busy that not all came about, until it did; their errors are ours."""

    def __init__(self, seconds: float, enough: Callable[[], bool] = lambda: True) -> None:
        self.until = monotonic() + seconds
        self.enough = enough
        self.errors: list[BaseException] = []

    def run(self, *works: Callable[[], object]) -> None:
        threads = [threading.Thread(target=self._repeat, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        if self.errors:
            raise BaseExceptionGroup("while all worked at once", self.errors)

    def goes_on(self) -> bool:
        over = monotonic() - self.until
        return over < 0 or (over < PATIENCE and not self.enough())

    def _repeat(self, work: Callable[[], object]) -> None:
        try:
            while self.goes_on() and not self.errors:
                work()
        except BaseException as error:  # noqa: BLE001  handed to the test
            self.errors.append(error)
        finally:
            connection.close()


def messages(source: Source, seed: int) -> Callable[[], None]:
    """Ingest a few messages: known and anonymous people, traits, companies; late and early."""
    chance = random.Random(seed)
    numbers = itertools.count()

    def message() -> dict[str, Any]:
        who = chance.randrange(PEOPLE)
        at = timezone.now() + timedelta(seconds=chance.choice([-3600, -5, 0, 0, 0.3, 2, 900]))
        raw: dict[str, Any] = {
            "messageId": f"{seed}-{next(numbers)}",
            "timestamp": at.isoformat(),
            "anonymousId": f"a{who}-{chance.randrange(3)}",
        }
        if chance.random() < 0.5:
            raw["userId"] = f"u{who}"
        kind = chance.random()
        if kind < 0.2:
            title = chance.choice(["VP Sales", "Engineer"])
            return raw | {"type": "identify", "traits": {"title": title}}
        if kind < 0.4:
            traits = {"employees": chance.choice([10, 100])}
            return raw | {"type": "group", "groupId": f"g{who % 3}", "traits": traits}
        return raw | {"type": "track", "event": chance.choice(["Used", "Used", "Invited"])}

    def work() -> None:
        now = timezone.now()
        batch = [read_message(message(), received_at=now) for _ in range(chance.randrange(1, 6))]
        ingest(batch, source=source, received_at=now)

    return work


@pytest.mark.django_db(transaction=True)
def test_no_false_alarm_beside_ingest_and_scoring() -> None:
    product = Product.objects.create(key="app", name="App")
    source = Source.objects.create(name="Site", product=product, key_hash="x", key_prefix="x")
    company = {**DOCUMENT, "rubric": "company", "subject": "account"}
    company["criteria"] = [one for one in DOCUMENT["criteria"] if one["key"] != "title"]
    segment = {"name": "Big", "order": 1, "when": [
        {"measure": "number_in_range", "attribute": "account.employees", "ranges": [[50, 500]]}
    ]}  # fmt: skip
    for document in (company, {**DOCUMENT, "rubric": "big", "segment": segment}, DOCUMENT):
        draft = load_rubric(document, product=product, by=None, at=timezone.now())
        version = publish_now(draft, by=None, at=timezone.now())
    tallies: dict[Tables, list[Tally]] = {LEADS: [], ACCOUNTS: []}

    def score() -> None:
        scores.score_due(at=timezone.now(), limit=5)

    def prove() -> None:
        for tables in (LEADS, ACCOUNTS):
            tally = compare(tables, next_ids(tables, 0, 1000), at=timezone.now())
            assert tally.findings == []
            tallies[tables].append(tally)

    def has_met_all() -> bool:
        return LeadMerge.objects.exists() and all(
            any(tally.checked for tally in told) and any(tally.waiting for tally in told)
            for told in tallies.values()
        )

    Bustle(SECONDS, has_met_all).run(
        messages(source, 1),
        messages(source, 2),
        score,
        score,
        lambda: scores.rescore(version=version, at=timezone.now()),
        prove,
    )
    # All of it happened at once.
    assert LeadMerge.objects.exists()
    for told in tallies.values():
        assert sum(tally.checked for tally in told) > 0
        assert sum(tally.waiting for tally in told) > 0
    while scores.score_due(at=timezone.now()):
        pass
    for tables, stored in ((LEADS, Score), (ACCOUNTS, AccountScore)):
        last = compare(tables, next_ids(tables, 0, 1000), at=timezone.now())
        assert last.findings == []
        assert last.checked == stored.objects.count() > 0
    assert Score.objects.count() == Lead.objects.living().count()
