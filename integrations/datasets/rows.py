"""What a data set's files say, as plain values. No Django, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead: its user id, what is known of the person, and of the company behind them."""

    external_id: str
    created_at: datetime
    attributes: Mapping[str, Any]
    account: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One message of a lead, in the Segment spec's words; ``user_id`` is its ``external_id``."""

    message_id: str
    user_id: str
    kind: str
    name: str
    occurred_at: datetime
    properties: dict[str, Any]
    session: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of a lead. ``kind`` is a value of :class:`leads.models.outcome.OutcomeKind`."""

    external_id: str
    kind: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """One question of a fixed exam: the lead as of ``at``, and whether it converted later."""

    external_id: str
    at: datetime
    is_positive: bool


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a line was left out. ``line`` counts from 1, the header included."""

    file: str
    line: int
    field: str
    reason: str
