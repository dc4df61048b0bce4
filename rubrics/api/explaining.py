"""The addresses under ``score/`` of a lead and of an account: one way for both."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.problems import InvalidParameters
from leads.api.viewsets import StrictViewSet
from leads.models import Account, Lead
from rubrics.api.comparing import ScoreCompareQuery, ScoreEvidenceQuery
from rubrics.api.explain import comparisons, computed_scores, hits_behind, stored_scores
from rubrics.api.serializers import ScoreQuery
from rubrics.models import RubricVersion
from rubrics.scoring.types import Subject

DEFAULT_SPAN = timedelta(days=7)
Answer = type[serializers.BaseSerializer[Any]]
OwnerT = TypeVar("OwnerT", Lead, Account)


class ExplainingViewSet(StrictViewSet[OwnerT]):
    """Scores with every line, now or as of a past moment; the events behind a line; two compared.

    ``subject`` is whose scores they are. An answer names its owner by that word.
    """

    scopes = {"GET": "read:scores"}
    pagination_class = None
    query_serializers: ClassVar[Mapping[str, type[serializers.Serializer[Any]]]] = {
        "score": ScoreQuery,
        "evidence": ScoreEvidenceQuery,
        "compare": ScoreCompareQuery,
    }
    subject: ClassVar[Subject]
    evidence_serializer: ClassVar[Answer]
    comparisons_serializer: ClassVar[Answer]

    @action(detail=True, methods=["get"])
    def score(self, request: Request, pk: str) -> Response:
        query = self.query()
        return self.explain(self.get_object(), query)

    @action(detail=True, methods=["get"], url_path="score/evidence")
    def evidence(self, request: Request, pk: str) -> Response:
        query, now, owner = self.query(), timezone.now(), self.get_object()
        hits = hits_behind(
            owner,
            criterion=query["criterion"],
            version=self._version(query, "version"),
            at=_past(query, "as_of", now),
            now=now,
        )
        if hits is None:
            raise Http404(f"No score of this {self.subject} has such a criterion.")
        found = {self.subject.value: owner, "criterion": query["criterion"], "hits": hits}
        return Response(self.evidence_serializer(found).data)

    @action(detail=True, methods=["get"], url_path="score/compare")
    def compare(self, request: Request, pk: str) -> Response:
        query, now, owner = self.query(), timezone.now(), self.get_object()
        end = _past(query, "to", now) or now
        start = _past(query, "from", now) or end - DEFAULT_SPAN
        if start > end:
            raise InvalidParameters({"from": "This is later than `to`."})
        found = comparisons(
            owner,
            start=start,
            end=end,
            from_version=self._version(query, "from_version"),
            to_version=self._version(query, "to_version"),
        )
        told = {self.subject.value: owner, "comparisons": found}
        return Response(self.comparisons_serializer(told).data)

    def explain(self, owner: OwnerT, query: dict[str, Any]) -> Response:
        """The scores that the parameters ask for, as an answer."""
        now = timezone.now()
        as_of, version = _past(query, "as_of", now), self._version(query, "version")
        advises = "include" in query
        if version is None and as_of is None:
            scores = stored_scores(owner, at=now, advises=advises)
        else:
            scores = computed_scores(owner, version=version, at=as_of or now, advises=advises)
        answer = {self.subject.value: owner, "scores": scores, **self.beside(owner)}
        return Response(self.get_serializer(answer).data)

    def beside(self, owner: OwnerT) -> dict[str, Any]:
        """What else is told with the scores."""
        return {}

    def _version(self, query: dict[str, Any], name: str) -> RubricVersion | None:
        """The rubric version asked for by its id; None for none."""
        if name not in query:
            return None
        versions = RubricVersion.objects.select_related("rubric__product")
        version = versions.filter(pk=query[name]).first()
        if version is None:
            raise InvalidParameters({name: "No rubric version has this id."})
        if version.subject != self.subject:
            problem = f"This version scores {version.subject}s, not {self.subject}s."
            raise InvalidParameters({name: problem})
        return version


def _past(query: dict[str, Any], name: str, now: datetime) -> datetime | None:
    """The moment asked for, which has passed; None for none."""
    moment: datetime | None = query.get(name)
    if moment is not None and moment > now:
        raise InvalidParameters({name: "This lies in the future: scores look back."})
    return moment
