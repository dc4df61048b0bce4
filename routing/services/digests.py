"""Putting away what a version that went live did to one's queue."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from routing.models import DigestSeen
from rubrics.models import Publication


def put_digest_away(publication: Publication, *, by: AbstractBaseUser, at: datetime) -> None:
    """Show it to this person no more; harmless twice."""
    DigestSeen.objects.get_or_create(publication=publication, user_id=by.pk, defaults={"at": at})
