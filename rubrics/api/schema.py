"""The JSON Schema of rubric files over HTTP, where editors fetch it."""

from django.http import JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from rubrics.files.version import schema_url
from rubrics.schema import rubric_schema


class RubricSchemaView(APIView):
    """What a rubric file may say. Open to all: editors bring no token, and it holds no data."""

    permission_classes = [AllowAny]
    authentication_classes = ()

    @extend_schema(
        tags=["Rubrics"],
        operation_id="rubric_schema",
        summary="The JSON Schema of rubric files",
        description="JSON Schema, draft 2020-12. Exported files name it in their first line, so "
        "that editors complete and check them.",
        auth=[],
        responses={(200, "application/schema+json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> JsonResponse:
        return JsonResponse(
            rubric_schema(schema_url()),
            content_type="application/schema+json",
            json_dumps_params={"indent": 2},
        )
