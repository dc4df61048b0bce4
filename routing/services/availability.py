"""A rep's being there or not, as they and their manager say."""

from datetime import datetime, timedelta

from django.db import transaction

from routing.models import Rep
from routing.services.errors import InvalidRequest

LONGEST_OFF = timedelta(days=366)


@transaction.atomic
def set_off(rep: Rep, *, until: datetime, at: datetime) -> Rep:
    """Deal a rep nothing new until a later moment; they keep what they have."""
    if until <= at:
        raise InvalidRequest("Choose a moment in the future.")
    if until - at > LONGEST_OFF:
        raise InvalidRequest("That is more than a year away. Ask RevOps to switch the rep off.")
    rep.off_until = until
    rep.save(update_fields=["off_until"])
    return rep


@transaction.atomic
def set_back(rep: Rep) -> Rep:
    """Deal to a rep again who was off."""
    rep.off_until = None
    rep.save(update_fields=["off_until"])
    return rep
