"""What the pages of rubrics, versions and lists share."""

from typing import Any

from django.http import HttpRequest

from rubrics.errors import VersionNotPublishable, VersionNotRetirable
from rubrics.measures import SpecError
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
