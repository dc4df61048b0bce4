"""Which SLA a PQL is under: the first in force whose team and conditions fit."""

from collections.abc import Collection
from datetime import datetime

from routing.dealing.conditions import Condition, all_hold, check, read_conditions
from routing.dealing.facts import Facts
from routing.facts import facts_of
from routing.models import Qualification, SlaPolicy


def policies_for(pqls: Collection[Qualification], *, at: datetime) -> dict[int, SlaPolicy]:
    """The policy of each assigned PQL that waits for its first touch, by PQL id.

    What is known of the leads is read only where a policy asks for it.
    """
    waiting = [pql for pql in pqls if pql.rep and pql.waits_for_touch]
    policies = [(one, read_conditions(one.conditions)) for one in SlaPolicy.objects.in_force()]
    known: dict[tuple[int, int], Facts] = {}
    if any(asked for _, asked in policies):
        known = facts_of([(pql.lead_id, pql.product_id) for pql in waiting], at=at)
    found = {}
    for pql in waiting:
        facts = known.get((pql.lead_id, pql.product_id))
        policy = next((one for one, asked in policies if _fits(one, asked, pql, facts)), None)
        if policy is not None:
            found[pql.pk] = policy
    return found


def _fits(
    policy: SlaPolicy, asked: Collection[Condition], pql: Qualification, facts: Facts | None
) -> bool:
    if policy.team_id is not None and (pql.rep is None or policy.team_id != pql.rep.team_id):
        return False
    return not asked or (facts is not None and all_hold(check(asked, facts)))
