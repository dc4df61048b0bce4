"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from routing.reports import has_synthetic_data

THEMES = ("light", "dark")


def workspace(request: HttpRequest) -> dict[str, Any]:
    """The workspace's name and the theme chosen; asked for when used: if any data is made up."""
    theme = request.COOKIES.get("theme", "")
    return {
        "workspace_name": settings.WORKSPACE_NAME,
        "theme": theme if theme in THEMES else "auto",
        "has_synthetic_data": has_synthetic_data,
    }
