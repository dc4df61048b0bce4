"""The PQL queue over HTTP. Every change goes through :mod:`routing.services`."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from leads.api.pagination import StableCursorPagination
from leads.api.problems import Conflict
from leads.api.viewsets import StrictViewSet
from routing import services
from routing.api.filtersets import PqlFilterSet
from routing.api.serializers import (
    AssignInputSerializer,
    ChangesQuery,
    LostInputSerializer,
    NoteInputSerializer,
    PqlDetailSerializer,
    PqlSerializer,
    RejectInputSerializer,
    SnoozeInputSerializer,
    StateChangeSerializer,
    TouchInputSerializer,
    UndoInputSerializer,
    WorthInputSerializer,
)
from routing.models import Qualification, Rep
from routing.viewers import Viewer


def _assign(
    viewer: Viewer, pql: Qualification, *, rep: Rep, confirm: bool, by: User, **given: Any
) -> object:
    if not viewer.may_give_to(rep):
        raise services.InvalidRequest(f"{rep} is in no team that you manage.")
    return services.assign(pql, rep=rep, by=by, is_confirmed=confirm, **given)


WORTH = OpenApiExample(
    "Of a worth that is known",
    value={"amount": "12000.00", "currency": "USD"},
    request_only=True,
)


@extend_schema_view(
    list=extend_schema(
        summary="List PQLs",
        description="The PQLs the caller may see, by id: all of them with the permission to view "
        "every rep's PQLs, else the caller's own, their team's and those nobody has yet.",
    ),
    retrieve=extend_schema(
        summary="Get a PQL",
        description="One PQL with its frozen breakdown, every change of its state, its touches and "
        "notes.",
    ),
)
@extend_schema(tags=["PQLs"])
class PqlViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, StrictViewSet[Qualification]):
    scopes = {"GET": "work:pqls", "POST": "work:pqls"}
    queryset = Qualification.objects.all()
    filterset_class = PqlFilterSet
    query_serializers = {"changes": ChangesQuery}

    def get_queryset(self) -> QuerySet[Qualification]:
        if getattr(self, "swagger_fake_view", False):
            return Qualification.objects.none()
        visible = Qualification.objects.seen_by(self._viewer()).select_related(
            "lead__account", "product", "version__rubric", "rep__user", "rep__team"
        )
        if self.action in {"list", "changes"}:
            return visible
        return visible.prefetch_related(
            "changes__by",
            "changes__rep__user",
            "changes__rep__team",
            "touches__by",
            "notes__by",
        )

    def _viewer(self) -> Viewer:
        return Viewer.of(cast("User", self.request.user))  # HasScope lets no anonymous one through

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Qualification]]:
        return PqlSerializer if self.action == "list" else PqlDetailSerializer

    @extend_schema(
        summary="Assign a PQL",
        description="Give it to a rep; for who manages the rep's team, or sees every rep's PQLs. "
        "409 if its state does not allow that; and, without `confirm`, if the rep is full, off or "
        "not at work: the answer says which. Deactivated users never get any.",
        request=AssignInputSerializer,
        responses=PqlDetailSerializer,
        examples=[
            OpenApiExample("To a rep", value={"rep": 3}, request_only=True),
            OpenApiExample(
                "All the same",
                value={"rep": 3, "confirm": True, "note": "Asked for by the customer"},
                request_only=True,
            ),
        ],
    )
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        viewer = self._viewer()
        if not viewer.may_assign:
            raise PermissionDenied("Only who leads reps says who works what.")
        return self._change(partial(_assign, viewer), AssignInputSerializer)

    @extend_schema(
        summary="Accept a PQL",
        description="The rep takes it on. 409 if its state does not allow that.",
        request=None,
        responses=PqlDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        return self._change(services.accept)

    @extend_schema(
        summary="Reject a PQL",
        description="It goes back, with the reason. 409 if its state does not allow that.",
        request=RejectInputSerializer,
        responses=PqlDetailSerializer,
        examples=[
            OpenApiExample(
                "Wrong kind of company", value={"reason": "not_icp", "note": ""}, request_only=True
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        return self._change(services.reject, RejectInputSerializer)

    @extend_schema(
        summary="Snooze a PQL",
        description="It leaves the queue until a moment to come. 409 if its state does not allow "
        "that.",
        request=SnoozeInputSerializer,
        responses=PqlDetailSerializer,
        examples=[
            OpenApiExample("A week", value={"until": "2026-12-01T09:00:00Z"}, request_only=True)
        ],
    )
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        return self._change(services.snooze, SnoozeInputSerializer)

    @extend_schema(
        summary="Log a touch",
        description="The lead was called, written to or met; an accepted PQL is contacted by it. "
        "409 if its state does not allow that.",
        request=TouchInputSerializer,
        responses=PqlDetailSerializer,
        examples=[
            OpenApiExample(
                "A call", value={"kind": "call", "note": "Wants a trial"}, request_only=True
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def touch(self, request: Request, pk: str) -> Response:
        return self._change(services.log_touch, TouchInputSerializer)

    @extend_schema(
        summary="Keep a note",
        description="On any PQL one may see, open or closed. It changes nothing else.",
        request=NoteInputSerializer,
        responses=PqlDetailSerializer,
        examples=[OpenApiExample("A note", value={"text": "Back in May"}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        qualification, now = self.get_object(), timezone.now()
        text = self._body(NoteInputSerializer)["text"]
        self._attempt(services.add_note, qualification, text=text, by=request.user, at=now)
        return self._told()

    @extend_schema(
        summary="Mark a PQL as contacted",
        description="The rep reached out; `touch` also says how. 409 if its state does not allow "
        "that.",
        request=None,
        responses=PqlDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def contacted(self, request: Request, pk: str) -> Response:
        return self._change(services.mark_contacted)

    @extend_schema(
        summary="Make a PQL an opportunity",
        description="There is a deal; also an outcome of the lead. 409 if its state does not allow "
        "that.",
        request=WorthInputSerializer,
        responses=PqlDetailSerializer,
        examples=[WORTH],
    )
    @action(detail=True, methods=["post"])
    def opportunity(self, request: Request, pk: str) -> Response:
        return self._change(services.mark_opportunity, WorthInputSerializer)

    @extend_schema(
        summary="Close a PQL as won",
        description="Also an outcome of the lead. 409 if its state does not allow that.",
        request=WorthInputSerializer,
        responses=PqlDetailSerializer,
        examples=[WORTH],
    )
    @action(detail=True, methods=["post"])
    def won(self, request: Request, pk: str) -> Response:
        return self._change(services.close_won, WorthInputSerializer)

    @extend_schema(
        summary="Close a PQL as lost",
        description="For a reason from the list; also an outcome of the lead. 409 if its state "
        "does not allow that.",
        request=LostInputSerializer,
        responses=PqlDetailSerializer,
        examples=[
            OpenApiExample("Too dear", value={"reason": "price", "note": ""}, request_only=True)
        ],
    )
    @action(detail=True, methods=["post"])
    def lost(self, request: Request, pk: str) -> Response:
        return self._change(services.close_lost, LostInputSerializer)

    @extend_schema(
        operation_id="pqls_changes",
        summary="List a PQL's changes",
        description="Every change of its state, oldest first: who, when, why.",
        parameters=[ChangesQuery],
        responses=StateChangeSerializer(many=True),
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def changes(self, request: Request, pk: str) -> Response:
        query, qualification = self.query(), self.get_object()
        rows = qualification.changes.select_related("by", "rep__user", "rep__team")
        if "state" in query:
            rows = rows.filter(to_state=query["state"])
        if "by" in query:
            rows = rows.filter(by__username=query["by"])
        pages = StableCursorPagination()
        page = pages.paginate_queryset(rows, request, self)
        return pages.get_paginated_response(StateChangeSerializer(page, many=True).data)

    @extend_schema(
        summary="Undo a change",
        description="What the caller, or a rep they manage, did to the PQL within the last minute, "
        "while nothing else has happened to it since; 409 otherwise, 403 if somebody else did it. "
        "The PQL is put back exactly as it was, and its history says so. Alerts that were sent "
        "stay sent.",
        request=UndoInputSerializer,
        responses=PqlDetailSerializer,
        examples=[OpenApiExample("By its id", value={"change": 12}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        qualification, now = self.get_object(), timezone.now()
        wanted = self._body(UndoInputSerializer)["change"]
        change = qualification.changes.filter(pk=wanted).first()
        if change is None:
            raise serializers.ValidationError({"change": "This PQL has no such change."})
        self._attempt(services.undo, change, by=request.user, at=now)
        return self._told()

    def _change(
        self,
        service: Callable[..., Any],
        body_class: type[serializers.Serializer[Any]] | None = None,
    ) -> Response:
        """Find the PQL, read the body, change the state by ``service``, answer with the PQL."""
        qualification, now = self.get_object(), timezone.now()
        if not self._viewer().may_act_on(qualification):
            raise PermissionDenied("This PQL is another rep's.")
        values = self._body(body_class) if body_class else {}
        self._attempt(service, qualification, by=self.request.user, at=now, **values)
        return self._told()

    def _body(self, body_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        body = body_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _attempt(self, service: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call it; what it refuses is told by the status that means it."""
        try:
            service(*args, **kwargs)
        except services.InvalidRequest as error:
            raise serializers.ValidationError(str(error)) from error
        except services.NotYours as error:
            raise PermissionDenied(str(error)) from error
        except services.NeedsConfirmation as error:
            raise Conflict(f"{error} Send “confirm”: true to do it all the same.") from error
        except services.TransitionNotAllowed as error:
            raise Conflict(str(error)) from error

    def _told(self) -> Response:
        """The PQL as it is now."""
        return Response(self.get_serializer(self.get_object()).data)
