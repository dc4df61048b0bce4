"""Keeping what a queue shows under a name."""

from django.db import transaction

from routing.models import SavedView, Team
from routing.services.errors import InvalidRequest
from routing.viewers import Viewer


@transaction.atomic
def save_view(
    view: SavedView, *, viewer: Viewer, name: str, is_default: bool, team: Team | None
) -> SavedView:
    """Keep a new view, or change an old one's name, default and who sees it.

    Raises:
        InvalidRequest: they have another of this name, or may not share.
    """
    if team is not None and not viewer.sees_all:
        raise InvalidRequest("Only who sees every rep's PQLs shares views.")
    own = SavedView.objects.filter(owner=viewer.user_id).exclude(pk=view.pk)
    # Locked, so that two of one name, or two defaults, are refused in words.
    taken = {other.name.lower() for other in own.select_for_update()}
    if name.lower() in taken:
        raise InvalidRequest(f"You have a view called “{name}” already. Choose another name.")
    if is_default:
        own.filter(is_default=True).update(is_default=False)
    view.owner_id, view.name, view.is_default, view.team = viewer.user_id, name, is_default, team
    view.save()
    return view


@transaction.atomic
def delete_view(view: SavedView) -> None:
    """Forget it. What it showed stays where it is."""
    view.delete()
