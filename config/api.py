"""The one router of /api/v1/, its description, and its last resort."""

from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.exceptions import NotAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from leads.api.permissions import ReadsDocs
from leads.api.problems import problem_response
from leads.api.views import AccountViewSet, LeadViewSet, OutcomeViewSet
from routing.api.alerts import AlertViewSet
from routing.api.views import PqlViewSet
from rubrics.api.accounts import AccountScoreViewSet, ScoredAccountViewSet
from rubrics.api.backtests import BacktestViewSet
from rubrics.api.previews import PreviewViewSet
from rubrics.api.proofs import ProofViewSet
from rubrics.api.publications import PublicationViewSet
from rubrics.api.schema import RubricSchemaView
from rubrics.api.views import (
    LeadScoreViewSet,
    RubricVersionViewSet,
    RubricViewSet,
    ScoreViewSet,
)

router = SimpleRouter()
router.register("leads", LeadViewSet, "lead")
router.register("leads", LeadScoreViewSet, "lead-score")
router.register("accounts", AccountViewSet, "account")
router.register("accounts", ScoredAccountViewSet, "account-score")
router.register("account-scores", AccountScoreViewSet, "account-scores")
router.register("outcomes", OutcomeViewSet, "outcome")
router.register("scores", ScoreViewSet, "score")
router.register("proofs", ProofViewSet, "proof")
router.register("previews", PreviewViewSet, "preview")
router.register("backtests", BacktestViewSet, "backtest")
router.register("pqls", PqlViewSet, "pql")
router.register("alerts", AlertViewSet, "alert")
router.register("rubrics", RubricViewSet, "rubric")
router.register("rubric-versions", RubricVersionViewSet, "rubric-version")
router.register("publications", PublicationViewSet, "publication")


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as YAML or JSON."""

    permission_classes = [ReadsDocs]


@extend_schema(exclude=True)
class DocsView(SpectacularSwaggerView):
    """The OpenAPI document to read and try, for people."""

    permission_classes = [ReadsDocs]

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, NotAuthenticated) and self.request.method == "GET":
            # DRF passes on any response of Django's as it is.
            return cast("Response", redirect_to_login(self.request.get_full_path()))
        return super().handle_exception(exc)


@csrf_exempt  # it does nothing but say that nothing is here, whatever the method
def unknown_path(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 for every path of the API that is none."""
    detail = f"There is nothing at {request.path}."
    if rest and not rest.endswith("/"):
        detail += " Addresses of the API end with a slash."
    return problem_response(request, 404, detail)


app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("rubric-schema/", RubricSchemaView.as_view(), name="rubric-schema"),
    path("docs/", DocsView.as_view(url_name="api:schema"), name="docs"),
    path("", include(router.urls)),
    re_path("^(?P<rest>.*)$", unknown_path, name="unknown-path"),
]
