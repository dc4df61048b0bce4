"""Races between those who change what a score depends on and those who take its mark away."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from leads.ingest import ingest, read_message, receiving
from leads.models import Product, Source
from rubrics import scores
from rubrics.claims import LEADS
from rubrics.models import RubricVersion
from rubrics.proof.comparing import Tally, compare
from rubrics.proof.reading import next_ids
from rubrics.publishing import flipping, publish_now
from rubrics.services import draft_version, load_rubric
from tests.rubrics.proof.test_threads import DOCUMENT

pytestmark = pytest.mark.django_db(transaction=True)


def take(source: Source, **raw: Any) -> None:
    now = timezone.now()
    message = read_message({"timestamp": now.isoformat(), **raw}, received_at=now)
    ingest([message], source=source, received_at=now)


@pytest.fixture
def source() -> Source:
    product = Product.objects.create(key="app", name="App")
    return Source.objects.create(name="Site", product=product, key_hash="x", key_prefix="x")


@pytest.fixture
def version(source: Source) -> RubricVersion:
    assert source.product is not None
    draft = load_rubric(DOCUMENT, product=source.product, by=None, at=timezone.now())
    return publish_now(draft, by=None, at=timezone.now())


def start(work: Callable[[], object]) -> threading.Thread:
    def go() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=go)
    thread.start()
    return thread


class Pause:
    """A step after which a thread that is not the main one waits, before it commits."""

    def __init__(self, step: Callable[..., Any]) -> None:
        self.step = step
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __call__(self, *args: Any, **options: Any) -> Any:
        result = self.step(*args, **options)
        if threading.current_thread() is not threading.main_thread():
            self.reached.set()
            self.go_on.wait(10)
        return result


def finish(pause: Pause, *threads: threading.Thread) -> Tally:
    """Let everybody go on; what the proof says once everything is scored."""
    threads[-1].join(0.5)
    pause.go_on.set()
    for thread in threads:
        thread.join(20)
    scores.score_due(at=timezone.now())
    return compare(LEADS, next_ids(LEADS, 0, 100), at=timezone.now())


def test_lead_joins_an_account_that_is_being_described(
    source: Source, version: RubricVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = {"type": "group", "groupId": "g"}
    take(source, **group, messageId="1", userId="u1", traits={"employees": 10})
    take(source, type="track", event="Used", messageId="2", userId="u2")
    scores.score_due(at=timezone.now())
    pause = Pause(receiving._settle_trials)
    monkeypatch.setattr(receiving, "_settle_trials", pause)
    traits = {"employees": 100}
    told = start(lambda: take(source, **group, messageId="3", userId="u1", traits=traits))
    assert pause.reached.wait(10)
    take(source, **group, messageId="4", userId="u2", traits={})
    scored = start(lambda: scores.score_due(at=timezone.now()))
    assert finish(pause, told, scored) == Tally(checked=2)


def test_lead_signs_up_while_a_version_is_published(
    source: Source, version: RubricVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(source, type="track", event="Used", messageId="1", userId="u1")
    scores.score_due(at=timezone.now())
    draft = draft_version(version, by=None, at=timezone.now())
    pause = Pause(flipping.go_live)
    monkeypatch.setattr(flipping, "go_live", pause)
    published = start(lambda: publish_now(draft, by=None, at=timezone.now()))
    assert pause.reached.wait(10)
    take(source, type="track", event="Used", messageId="2", userId="u2")
    scored = start(lambda: scores.score_due(at=timezone.now()))
    assert finish(pause, published, scored) == Tally(checked=2)
