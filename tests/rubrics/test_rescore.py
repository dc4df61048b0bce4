"""Whole rescores, chunk by chunk; and workers side by side."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from leads.models import LeadChange, Product, Trial
from rubrics import claims, scores
from rubrics.mappers import compiled
from rubrics.measures.subjects import LeadIds
from rubrics.models import RubricVersion, Score, ScoreChange
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import mark, publish_small, results


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_chunks_cover_every_lead_once(product: Product, size: int) -> None:
    leads = [make_lead(product).pk for _ in range(7)]
    Trial.objects.filter(lead_id=leads[3]).delete()  # gaps are no matter
    tried = [pk for pk in leads if pk != leads[3]]
    parts = scores.chunks(product.pk, size=size)
    covered = [pk for part in parts for pk in tried if part.low <= pk <= part.high]
    assert covered == tried
    assert [part.count for part in parts] == [
        len([pk for pk in tried if part.low <= pk <= part.high]) for part in parts
    ]
    assert all(part.count <= size for part in parts)


def test_rescore_resumes_after_a_lead(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [make_lead(product, hits=[("used", AT)]).pk for _ in range(5)]
    monkeypatch.setattr(scores, "chunks", _small_chunks(scores.chunks))
    seen: list[tuple[int, int]] = []
    progress = lambda done, total: seen.append((done, total))  # noqa: E731  # one line, one use
    assert scores.rescore(version=version, at=AT, after=leads[1], progress=progress) == 3
    assert seen == [(2, 3), (3, 3)]
    assert sorted(results()) == leads[2:]
    assert scores.rescore(version=version, at=AT) == 5
    assert sorted(results()) == leads


def _small_chunks(chunks: Callable[..., Any]) -> Callable[..., Any]:
    return lambda product_id, **options: chunks(product_id, **{**options, "size": 2})


@pytest.mark.django_db(transaction=True)
def test_two_scorers_share_the_leads() -> None:
    """In parallel each lead is scored exactly once."""
    product = Product.objects.create(key="app", name="App")
    publish_small(product)
    mark(*(make_lead(product, hits=[("used", AT)]) for _ in range(30)))
    start = threading.Barrier(2)

    def work() -> int:
        start.wait()
        done = 0
        try:
            while count := scores.score_due(at=AT, limit=4):
                done += count
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(work) for _ in range(2)]]
    assert sum(counts) == 30
    assert set(Score.objects.values_list("revision", "total")) == {(1, 5)}
    assert not LeadChange.objects.exists()
    assert ScoreChange.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_rescore_waits_for_a_lead_in_work() -> None:
    """A rescore and a live score of one lead: whoever writes last has seen the most."""
    product = Product.objects.create(key="app", name="App")
    version = publish_small(product)
    lead = make_lead(product, hits=[("used", AT)])
    measured, go_on = threading.Event(), threading.Event()

    def slow_scorer() -> None:
        try:
            with transaction.atomic():
                claims.lock(claims.LEADS, [lead.pk])
                scores.score_by(compiled(version.pk), LeadIds([lead.pk], AT))
                measured.set()
                go_on.wait(20)
        finally:
            connection.close()

    def rescorer() -> None:
        try:
            scores.rescore(version=version, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow_scorer)
        assert measured.wait(20)
        make_hits(product, lead.pk, [("used", AT)])  # after the slow one has read
        second = pool.submit(rescorer)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        go_on.set()
        first.result(20)
        second.result(20)
    assert results() == {lead.pk: 10}
