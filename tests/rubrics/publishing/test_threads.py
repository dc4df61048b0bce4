"""Publications beside ingest, merges, scoring and rescores: nobody ever sees a mix, and the proof
finds nothing in any interleaving."""

import contextlib
import itertools
import random

import pytest
from django.utils import timezone

from leads.models import LeadMerge, Product, Source
from rubrics import publishing, scores
from rubrics.claims import ACCOUNTS, LEADS
from rubrics.errors import PublicationEnded
from rubrics.models import (
    AccountScore,
    NextAccountScore,
    NextScore,
    Publication,
    RubricVersion,
    Score,
)
from rubrics.proof.comparing import compare
from rubrics.proof.reading import next_ids
from rubrics.publishing import filling
from rubrics.services import draft_version, load_rubric
from tests.rubrics.proof.test_threads import DOCUMENT, SECONDS, Bustle, messages


def prove() -> None:
    for tables in (LEADS, ACCOUNTS):
        assert compare(tables, next_ids(tables, 0, 1000), at=timezone.now()).findings == []


def read() -> None:
    """What one look at all scores shows: of each rubric one version, the same for everybody."""
    for stored in (Score, AccountScore):
        seen = stored.objects.values_list("rubric_id", "version_id").distinct()
        rubrics = [rubric for rubric, _ in seen]
        assert len(rubrics) == len(set(rubrics)), sorted(seen)


class Publisher:
    """Publishes a draft of one rubric after the other, chunk by chunk; now and then gives up, is
    killed in the middle, or goes back instead."""

    def __init__(self, versions: list[RubricVersion]) -> None:
        self.chance = random.Random(7)
        self.rubrics = itertools.cycle([version.rubric for version in versions])

    def __call__(self) -> None:
        rubric, now = next(self.rubrics), timezone.now()
        retired = rubric.versions.filter(status="retired").first()
        if retired is not None and self.chance.random() < 0.3:
            publication = publishing.roll_back(retired, by=None, at=now, reason="Better.")
        else:
            draft = draft_version(rubric.versions.latest("number"), by=None, at=now)
            draft.criteria.filter(key="used").update(points_each=self.chance.randrange(1, 9))
            publication = publishing.publish_version(draft, by=None, at=now)
        gives_up = self.chance.random() < 0.2
        while Publication.objects.running().exists():
            publishing.publish_some(at=timezone.now(), seconds=0)
            if gives_up and self.chance.random() < 0.3:
                with contextlib.suppress(PublicationEnded):
                    publishing.cancel_publication(publication, by=None, at=timezone.now())
        publishing.sweep_buffers(seconds=1)


@pytest.mark.django_db(transaction=True)
def test_publishing_beside_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "CHUNK", dict.fromkeys(filling.CHUNK, 3))
    product = Product.objects.create(key="app", name="App")
    source = Source.objects.create(name="Site", product=product, key_hash="x", key_prefix="x")
    company = {**DOCUMENT, "rubric": "company", "subject": "account"}
    company["criteria"] = [one for one in DOCUMENT["criteria"] if one["key"] != "title"]
    segment = {"name": "Big", "order": 1, "when": [
        {"measure": "number_in_range", "attribute": "account.employees", "ranges": [[50, 500]]}
    ]}  # fmt: skip
    versions = [
        publishing.publish_now(
            load_rubric(document, product=product, by=None, at=timezone.now()),
            by=None,
            at=timezone.now(),
        )
        for document in (company, {**DOCUMENT, "rubric": "big", "segment": segment}, DOCUMENT)
    ]
    ingest, others = messages(source, 1), messages(source, 2)
    for _ in range(5):
        ingest()
    while scores.score_due(at=timezone.now()):
        pass

    def score() -> None:
        scores.score_due(at=timezone.now(), limit=5)

    def rescore() -> None:
        for version in RubricVersion.objects.published():
            scores.rescore(version=version, at=timezone.now())

    def has_met_all() -> bool:
        went_live = Publication.objects.filter(state="done", total__gt=0)
        return LeadMerge.objects.exists() and went_live.exists()

    bustle = Bustle(SECONDS * 2, has_met_all)
    bustle.run(ingest, others, score, score, rescore, prove, read, Publisher(versions))
    assert has_met_all()
    while scores.score_due(at=timezone.now()):
        pass
    prove()
    read()
    scoring = RubricVersion.objects.published().values_list("pk", flat=True)
    assert set(Score.objects.values_list("version", flat=True)) <= set(scoring)
    publishing.sweep_buffers(seconds=5)
    assert not NextScore.objects.exists()
    assert not NextAccountScore.objects.exists()
