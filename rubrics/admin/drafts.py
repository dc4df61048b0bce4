"""What the pages of rubrics, versions and lists share."""

from typing import Any

from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from rubrics.errors import VersionNotPublishable, VersionNotRetirable
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.models.rubric import VersionStatus

STATUS_COLORS = {
    VersionStatus.DRAFT.label: "warning",
    VersionStatus.PUBLISHING.label: "primary",
    VersionStatus.PUBLISHED.label: "success",
    VersionStatus.RETIRED.label: "info",
}
REFUSALS = (VersionNotPublishable, VersionNotRetirable, SpecError)


def person(request: HttpRequest) -> Any:
    """The signed-in staff member, as the services take them."""
    return request.user


def is_editable(version: Any) -> bool:
    """Whether this is a version, and a draft."""
    return version is not None and version.is_editable


class VersionFilter(RelatedDropdownFilter):
    """Versions by the name of their rubric, which is read along."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [(one.pk, str(one)) for one in RubricVersion.objects.select_related("rubric")]
