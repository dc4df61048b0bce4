"""What rules may ask about a lead: one frozen value, filled once, asked many times. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from routing.dealing.regions import region_of

Value = str | int | float | bool | list[Any]

ATTRIBUTE_OWNERS = ("lead", "account")


@dataclass(frozen=True, slots=True)
class Facts:
    """A lead as a product's PQL at the moment ``at``; None and "" are unknown, never zero.

    ``rubric`` is the key of the rubric that scored it and ``segment`` the name of that rubric's
    segment. ``lead`` and ``account`` are what is known of the person and of the company.
    """

    at: datetime
    lead_id: int
    product: str
    rubric: str = ""
    segment: str = ""
    band: str = ""
    tier: int | None = None
    fit: int | None = None
    behavior: int | None = None
    total: int | None = None
    account_id: int | None = None
    account_total: int | None = None
    account_band: str = ""
    trial_ends_at: datetime | None = None
    lead: Mapping[str, Any] = field(default_factory=dict)
    account: Mapping[str, Any] = field(default_factory=dict)

    @property
    def country(self) -> str:
        """The company's, else the person's."""
        return str(self._of_either("country") or "")

    @property
    def region(self) -> str:
        """As the sources say, else by the country."""
        return str(self._of_either("region") or region_of(self.country))

    @property
    def industry(self) -> str:
        return str(self._of_either("industry") or "")

    @property
    def employees(self) -> float | None:
        return as_number(self.account.get("employees"))

    @property
    def trial_days_left(self) -> float | None:
        """Days until the trial ends, to two decimals; below zero once it has ended."""
        if self.trial_ends_at is None:
            return None
        return round((self.trial_ends_at - self.at) / timedelta(days=1), 2)

    def value(self, name: str) -> Value | None:
        """What a field says, by its name in :data:`routing.dealing.fields.FIELDS` or as
        ``lead.title``, ``account.plan``; None if it is unknown."""
        owner, _, attribute = name.partition(".")
        if attribute:
            found = getattr(self, owner).get(attribute) if owner in ATTRIBUTE_OWNERS else None
        else:
            found = getattr(self, name)
        return None if found is None or found in ("", []) else found

    def _of_either(self, attribute: str) -> Any:
        return self.account.get(attribute) or self.lead.get(attribute)


def facts_document(facts: Facts) -> dict[str, Any]:
    """The facts as JSON; :func:`read_facts` reads them back."""
    document = asdict(facts)
    for name in ("at", "trial_ends_at"):
        document[name] = document[name] and document[name].isoformat()
    return document


def read_facts(document: Mapping[str, Any]) -> Facts:
    """Facts as :func:`facts_document` wrote them; what is not known any more is left out."""
    known = {one.name for one in fields(Facts)}
    values = {name: value for name, value in document.items() if name in known}
    for name in ("at", "trial_ends_at"):
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name])
    return Facts(**values)


def as_number(value: Any) -> float | None:
    """A JSON number, or a text that plainly writes one, as a float; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            number = float(value.replace(",", ""))
        except ValueError:
            return None
        return number if abs(number) < float("inf") else None
    return None
