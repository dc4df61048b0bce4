"""Which SLA a PQL is under: the first in force whose team and conditions fit."""

from collections.abc import Iterable

from routing.models import Qualification, SlaPolicy


def policy_for(pql: Qualification, policies: Iterable[SlaPolicy]) -> SlaPolicy | None:
    """The policy of an assigned PQL; None for none. ``policies`` come in their order."""
    team_id = pql.rep.team_id if pql.rep else None
    return next((policy for policy in policies if policy.team_id in {None, team_id}), None)
