"""Who would get this lead now, and why. Nothing is written, and nobody's turn is taken."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead, Product
from routing.dealing.decisions import Decision
from routing.dealing.facts import Facts
from routing.dealing.pilots import Place, pilot_for
from routing.dealing.rules import Rule, read_rules
from routing.facts import facts_of
from routing.models import Pilot, ReviewPolicy, RuleSet
from routing.services.dealing import accounts_of, lay_table
from routing.services.reviewing import review_asked_by
from routing.services.rules import document_of


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of a lead that opens a PQL now: the decision, and what it goes by.

    ``place`` is its place in a pilot that runs, ``review`` the policy that would hold it back until
    somebody passed it on; None for none.
    """

    facts: Facts
    decision: Decision
    place: Place | None = None
    review: ReviewPolicy | None = None


def rules_of(rule_set: RuleSet | None) -> tuple[Rule, ...]:
    """The rules of a version as they are now: what was published stays, a draft is read anew."""
    if rule_set is None:
        return read_rules(())
    return read_rules(document_of(rule_set) if rule_set.is_draft else rule_set.document)


def try_lead(
    lead: Lead, product: Product, rules: tuple[Rule, ...], *, at: datetime
) -> Tried:  # fmt: skip
    """What the rules would decide for the lead, pilots and reviews coming first as they do."""
    key = (lead.pk, product.pk)
    facts = facts_of([key], at=at)[key]
    place = pilot_for(Pilot.objects.running(at).terms(), facts, at=at)
    table = lay_table(rules, accounts_of([facts]), at=at, places=[place])
    return Tried(
        facts=facts,
        decision=table.deal(facts, at=at, place=place),
        place=place,
        review=review_asked_by(ReviewPolicy.objects.in_force(), facts),
    )
