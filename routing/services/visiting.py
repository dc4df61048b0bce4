"""Remembering who looked at a lead, so that they are told what is new to them."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads.models import Lead
from routing.models import LeadVisit
from rubrics.models import Score


@transaction.atomic
def note_visit(lead: Lead, *, by: AbstractBaseUser, at: datetime) -> None:
    """Keep that this person looks at the lead now; looks close to each other are one visit."""
    scores = Score.objects.filter(lead=lead).values_list("product_id", "total")
    totals = {str(product): total for product, total in scores}
    visit, is_first = LeadVisit.objects.select_for_update().get_or_create(
        lead=lead, user_id=by.pk, defaults={"at": at, "totals": totals}
    )
    if is_first:
        return
    before = visit.before(at)
    visit.earlier_at = before.at if before else None
    visit.earlier_totals = before.totals if before else {}
    visit.at, visit.totals = at, totals
    visit.save(update_fields=["at", "totals", "earlier_at", "earlier_totals"])
