"""Who is told of what is nobody's."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Q

from routing.models import Rep, Team


def managers_of(rep: Rep | None) -> Sequence[User]:
    """Who answers for what a rep has: their team's manager; without a rep, or a manager who is
    there, whoever answers for what is nobody's."""
    manager = rep.team.manager if rep is not None else None
    return [manager] if manager is not None and manager.is_active else managers_of_all()


def managers_of_all() -> Sequence[User]:
    """Who answers for what is nobody's: the teams' managers; without any, whoever sees all.

    Superusers are the last resort: somebody is always told.
    """
    active = User.objects.filter(is_active=True).order_by("pk").distinct()
    sees_all = Q(user_permissions__codename="view_all_qualifications") | Q(
        groups__permissions__codename="view_all_qualifications"
    )
    return (
        list(active.filter(pk__in=Team.objects.exclude(manager=None).values("manager")))
        or list(active.filter(sees_all))
        or list(active.filter(is_superuser=True))
    )
