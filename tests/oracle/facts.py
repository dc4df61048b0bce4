"""What the oracle knows of a lead: plain lists, no database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True)
class OracleHit:
    """A hit of ``signal``; the value is a number, a text or nothing."""

    signal: str
    at: datetime
    value: float | str | None = None
    session: str | None = None


@dataclass(frozen=True)
class Known:
    """From ``since`` on, ``name`` was ``value`` (None: taken away)."""

    name: str
    value: object
    since: datetime


@dataclass
class Person:
    """One lead. ``history`` is of the lead, with the account's name under ``$account``."""

    started_at: datetime
    ends_at: datetime | None = None
    hits: list[OracleHit] = field(default_factory=list)
    history: list[Known] = field(default_factory=list)
    companies: dict[str, list[Known]] = field(default_factory=dict)

    def attribute(self, reference: str, at: datetime) -> object:
        """The value of ``lead.x`` or ``account.x`` as of ``at``; None where nothing is known."""
        owner, name = reference.split(".", 1)
        if owner == "lead":
            return latest(self.history, name, at)
        company = latest(self.history, "$account", at)
        return latest(self.companies.get(str(company), []), name, at)


def latest(history: list[Known], name: str, at: datetime) -> object:
    """The newest value stated at or before ``at``."""
    newest: Known | None = None
    for known in history:
        if known.name != name or known.since > at:
            continue
        if newest is None or known.since > newest.since:
            newest = known
    return None if newest is None else newest.value


def span(text: str) -> timedelta:
    """``14d`` as a span."""
    return UNITS[text[-1]] * float(text[:-1])
