"""What every page knows: the workspace's name."""

from django.conf import settings
from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, str]:
    """Template context: ``workspace_name``."""
    return {"workspace_name": settings.WORKSPACE_NAME}
