"""Putting away the hint that leads newcomers to the guide."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from routing.models import OnboardingSeen


def put_guide_away(*, by: AbstractBaseUser, at: datetime) -> None:
    """Show this person the hint no more; harmless twice."""
    OnboardingSeen.objects.get_or_create(user_id=by.pk, defaults={"at": at})
