"""A rescore shared by threads gives what one thread gives."""

from datetime import timedelta

import pytest

from rubrics import scores
from rubrics.models import Score
from tests.factories.rubrics import AT, TrialFactory, make_version

FIELDS = ("lead_id", "fit", "behavior", "total", "at", "due_at", "measures", "points")


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    version = make_version()
    TrialFactory.create_batch(7)
    plain = scores.chunks
    monkeypatch.setattr(scores, "chunks", lambda *args, **kw: plain(*args, **kw, size=2))
    assert scores.rescore(version=version, at=AT) == 7
    alone = list(Score.objects.order_by("lead_id").values_list(*FIELDS))
    Score.objects.all().delete()
    told: list[tuple[int, int]] = []
    count = scores.rescore(
        version=version, at=AT, threads=2, progress=lambda *step: told.append(step)
    )
    assert count == 7
    assert told[-1] == (7, 7)
    assert list(Score.objects.order_by("lead_id").values_list(*FIELDS)) == alone


@pytest.mark.django_db(transaction=True)
def test_trouble_in_a_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    version = make_version()
    TrialFactory.create_batch(3)
    monkeypatch.setattr(scores, "score_by", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        scores.rescore(version=version, at=AT + timedelta(days=1), threads=2)
