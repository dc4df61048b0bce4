"""Whose a lead is, where a play has something to do about it or to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead
from routing.models import Qualification, Rep
from routing.services.dealing import ties_of

NO_REP = "no rep works the lead or its account"
NO_REP_IS_THERE = "whoever works the lead or its account is away"


@dataclass(frozen=True, slots=True)
class Whose:
    """The rep it is for, and why: ``owns the account``; without a rep, why there is none.

    ``why`` is empty where it needs no saying: they work the PQL.
    """

    rep: Rep | None
    why: str

    @property
    def clause(self) -> str:
        """``, who owns the account``: said after the rep's name."""
        return f", who {self.why}" if self.why else ""


def find_whose(
    lead: Lead, qualification: Qualification | None, past: Sequence[Rep], *, at: datetime
) -> Whose:
    """Who works the PQL; else who worked the lead last; else who has to do with its account, in
    the order of the dealing by accounts. These must be there, as for a PQL to be dealt to them.

    Args:
        qualification: the PQL that it is about, or that is open.
        past: who worked the lead, the last first.
    """
    if qualification is not None and qualification.closed_at is None and qualification.rep:
        return Whose(qualification.rep, "")
    account_id = lead.account_id
    ties = [(rep.pk, "worked the lead last") for rep in past[:1]]
    if account_id is not None:
        ties += [(tie.rep_id, tie.words) for tie in ties_of([account_id])[account_id]]
    if not ties:
        return Whose(None, NO_REP)
    reps = Rep.objects.available(at).select_related("user", "team__manager")
    there = reps.in_bulk({rep_id for rep_id, _ in ties})
    found = (Whose(there[rep_id], why) for rep_id, why in ties if rep_id in there)
    return next(found, Whose(None, NO_REP_IS_THERE))
