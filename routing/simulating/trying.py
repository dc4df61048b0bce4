"""Who would get this lead now, and why. Nothing is written, and nobody's turn is taken."""

from datetime import datetime

from leads.models import Lead, Product
from routing.dealing.decisions import Decision
from routing.dealing.facts import Facts
from routing.dealing.rules import Rule, read_rules
from routing.facts import facts_of
from routing.models import RuleSet
from routing.services.dealing import accounts_of, lay_table
from routing.services.rules import document_of


def rules_of(rule_set: RuleSet | None) -> tuple[Rule, ...]:
    """The rules of a version as they are now: what was published stays, a draft is read anew."""
    if rule_set is None:
        return read_rules(())
    return read_rules(document_of(rule_set) if rule_set.is_draft else rule_set.document)


def try_lead(
    lead: Lead, product: Product, rules: tuple[Rule, ...], *, at: datetime
) -> tuple[Facts, Decision]:
    """What the rules would decide for the lead, with what they go by."""
    key = (lead.pk, product.pk)
    facts = facts_of([key], at=at)[key]
    table = lay_table(rules, accounts_of([facts]), at=at)
    return facts, table.deal(facts, at=at)
