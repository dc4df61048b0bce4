"""How pressing an alert about a lead is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

LOW, NORMAL, HIGH, URGENT = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Rule:
    """Leads with this total or more, or in this tier of the matrix, or both, are so pressing.

    ``None`` asks nothing; ``product_id`` None means every product that has no rules of its own.
    """

    severity: int
    product_id: int | None = None
    at_least: int | None = None
    tier: int | None = None

    def holds(self, total: int, tier: int | None) -> bool:
        """Whether a lead with this total and tier meets it."""
        enough = self.at_least is None or total >= self.at_least
        return enough and (self.tier is None or tier == self.tier)


DEFAULTS = (
    Rule(URGENT, at_least=101),
    Rule(URGENT, tier=1),
    Rule(HIGH, at_least=61),
    Rule(NORMAL, at_least=31),
)
"""The sources' bands: 31 warm, 61 hot, 101 urgent; tier 1 is high fit and high behavior."""


def severity_of(
    rules: Iterable[Rule], *, product_id: int | None, total: int, tier: int | None
) -> int:
    """The most pressing of the rules that hold; low where none does.

    A product with rules of its own goes by those alone.
    """
    every = list(rules)
    own = [rule for rule in every if rule.product_id is not None and rule.product_id == product_id]
    asked = own or [rule for rule in every if rule.product_id is None]
    return max((rule.severity for rule in asked if rule.holds(total, tier)), default=LOW)
