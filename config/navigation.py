"""The admin's sidebar and overview: facts, judgement, action, the edge."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from config.lists import GROUPS, Entry
from config.standing import standing
from routing.reports import has_synthetic_data
from rubrics.models import RubricVersion, SetupGuide


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups for unfold, with a link back to the queue on top."""
    queue = {"title": "PQL queue", "icon": "arrow_back", "link": "/", "active": False}
    index = reverse("admin:index")
    home = {"title": "Overview", "icon": "home", "link": index, "active": request.path == index}
    return [
        {"items": [queue, home]},
        *(
            {
                "title": title,
                "separator": True,
                "collapsible": title == "Under the hood",
                "items": [
                    {"title": entry.title, "icon": entry.icon, "link": entry.link}
                    for entry in entries
                ],
            }
            for title, entries in _visible(request).items()
        ),
    ]


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Context of the admin's first page: how things stand, the same groups with a word on each
    list, and the set-up guide until somebody answered it."""
    return {
        **context,
        "groups": _visible(request),
        "standing": standing(request.user, timezone.now()),
        "offers_guide": _offers_guide(request),
    }


def _offers_guide(request: HttpRequest) -> bool:
    """Nothing scores yet, or nobody answered the guide."""
    if not request.user.has_perm("rubrics.add_setupguide"):
        return False
    is_answered = SetupGuide.objects.finished().exists()
    return not (is_answered and RubricVersion.objects.published().exists())


def _visible(request: HttpRequest) -> dict[str, list[Entry]]:
    seen = {
        title: [entry for entry in entries if entry.is_visible_to(request)]
        for title, entries in GROUPS.items()
    }
    return {title: entries for title, entries in seen.items() if entries}


def environment(request: HttpRequest) -> list[str] | None:
    """The label beside the user's name: that data here is made up, where it is."""
    return ["Synthetic demo data", "warning"] if has_synthetic_data() else None
