"""Territories: which part of the market a lead's account lies in. Pure."""

from dataclasses import dataclass

from routing.dealing.conditions import Checked, Condition, Op, all_hold
from routing.dealing.facts import Facts
from routing.dealing.fields import FIELDS


@dataclass(frozen=True, slots=True)
class Area:
    """A named part of the market, and who works it. What is left empty is not asked for.

    Countries and regions together are one demand: a lead in one of either is inside.
    """

    id: int
    name: str
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    employees_from: int | None = None
    employees_to: int | None = None
    reps: frozenset[int] = frozenset()

    def check(self, facts: Facts) -> tuple[Checked, ...]:
        """What the territory asks for, each held against the facts."""
        return tuple(condition.check(facts) for condition in self._conditions(facts))

    def holds(self, facts: Facts) -> bool:
        """Whether the lead lies in it."""
        return all_hold(self.check(facts))

    def _conditions(self, facts: Facts) -> list[Condition]:
        asked = []
        countries = Condition(FIELDS["country"], Op.IS_ONE_OF, self.countries)
        regions = Condition(FIELDS["region"], Op.IS_ONE_OF, self.regions)
        by_region = self.regions and (not self.countries or not countries.check(facts).holds)
        if by_region:
            asked.append(regions)
        elif self.countries:
            asked.append(countries)
        if self.industries:
            asked.append(Condition(FIELDS["industry"], Op.IS_ONE_OF, self.industries))
        employees = FIELDS["employees"]
        if self.employees_from is not None and self.employees_to is not None:
            bounds = (self.employees_from, self.employees_to)
            asked.append(Condition(employees, Op.BETWEEN, bounds))
        elif self.employees_from is not None:
            asked.append(Condition(employees, Op.AT_LEAST, (self.employees_from,)))
        elif self.employees_to is not None:
            asked.append(Condition(employees, Op.AT_MOST, (self.employees_to,)))
        return asked
