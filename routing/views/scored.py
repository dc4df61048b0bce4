"""What the pages of a lead and of an account show of a score, and how an address asks for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from routing import comparing
from routing.explaining import explained
from routing.views.base import person
from rubrics.models import AccountScore, Score

ScoreT = TypeVar("ScoreT", Score, AccountScore)


def chosen(request: HttpRequest, scores: Sequence[ScoreT]) -> ScoreT | None:
    """The score the address asks for by its rubric's key; else the one that counts first."""
    key = request.GET.get("rubric")
    named = [score for score in scores if score.rubric.key == key]
    return next(iter(named or scores), None)


def score_context(
    request: HttpRequest, scores: Sequence[ScoreT], score: ScoreT | None, *, at: datetime
) -> dict[str, Any]:
    """The score with its reasons, as of now or the day that the address asks for; and compared."""
    as_of = comparing.day_end(request.GET.get("at", ""), at)
    told: dict[str, Any] = {"scores": scores, "at": at, "as_of": as_of}
    if score is None:
        return told
    may_see_drafts = person(request).has_perm("rubrics.view_rubricversion")
    return told | {
        "explained": explained(score, at=at, as_of=as_of),
        "comparison": comparing.compare(
            score, request.GET, end=as_of or at, may_see_drafts=may_see_drafts
        ),
    }


def moment(text: str) -> datetime:
    """A moment of an address, with its offset.

    Raises:
        Http404: it is none.
    """
    try:
        found = parse_datetime(text)
    except ValueError:
        raise Http404 from None
    if found is None or timezone.is_naive(found):
        raise Http404
    return found
