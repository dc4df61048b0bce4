"""What every viewset of the API has in common."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from rest_framework import serializers, viewsets
from rest_framework.request import Request

from leads.api.pagination import StableCursorPagination
from leads.api.permissions import Scopes
from leads.api.problems import InvalidParameters

ModelT = TypeVar("ModelT", bound=Model)


class StrictViewSet(viewsets.GenericViewSet[ModelT]):
    """Names its scopes, and refuses query parameters it does not know."""

    scopes: ClassVar[Scopes] = {}
    lookup_value_regex = "[0-9]{1,18}"
    # Serializers of the query parameters of actions other than ``list``.
    query_serializers: ClassVar[Mapping[str, type[serializers.Serializer[Any]]]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action not in {None, "metadata"}:  # 405, and OPTIONS
            refuse_unknown(request, self._known_parameters())

    def query(self) -> dict[str, Any]:
        """The query parameters of this action, validated by its serializer."""
        serializer = self.query_serializers[self.action](data=self.request.query_params.dict())
        if not serializer.is_valid():
            raise InvalidParameters(
                {
                    "query" if name == "non_field_errors" else name: " ".join(map(str, texts))
                    for name, texts in serializer.errors.items()
                }
            )
        return dict(serializer.validated_data)

    def _known_parameters(self) -> set[str]:
        if self.action == "list":
            filterset_class = getattr(self, "filterset_class", None)
            names = set(filterset_class.base_filters) if filterset_class else set()
            return names | StableCursorPagination.parameters
        query_class = self.query_serializers.get(self.action or "")
        return set(query_class().fields) if query_class else set()


class StrictSerializer(serializers.Serializer[Any]):
    """A body, with fields it does not know refused: a misspelt field must not be lost quietly."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = set(data) - set(self.fields)
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError(
                    {str(name): f"Unknown field. Known are: {known}." for name in sorted(unknown)}
                )
        return super().to_internal_value(data)


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Raise for a query parameter that is not among ``known``, or given more than once."""
    known = sorted(known)
    takes = f"Known are: {', '.join(known)}." if known else "This address takes none."
    errors = {}
    for name, values in request.query_params.lists():
        if name not in known:
            errors[name] = f"Unknown parameter. {takes}"
        elif len(values) > 1:
            errors[name] = "Give it once."
    if errors:
        raise InvalidParameters(errors)
