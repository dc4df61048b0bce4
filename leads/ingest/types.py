"""What passes through ingest: messages that can be kept, refusals, and what became of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# A tree of what JSON knows, as orjson returns it.
Json = Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that cannot be kept as it is, and what its sender can do about it.

    ``reason`` is a sentence people read; ``raw`` the message as received, for a later replay.
    """

    code: str
    field: str
    reason: str
    raw: bytes = b""
    message_id: str = ""
    sent_at: datetime | None = None


@dataclass(slots=True)
class Message:
    """One validated message: clean text, typed values, times in range. See ``reading``.

    At least one of ``user_id``, ``anonymous_id`` and ``email`` names the person. The
    ``*_attributes`` are statements made at ``occurred_at``; ``properties`` and ``context`` are
    kept as received.
    """

    kind: str
    message_id: str
    key: str
    occurred_at: datetime
    user_id: str | None = None
    anonymous_id: str | None = None
    email: str | None = None
    previous_id: str | None = None
    name: str = ""
    session: str = ""
    properties: dict[str, Json] = field(default_factory=dict)
    context: dict[str, Json] = field(default_factory=dict)
    lead_attributes: dict[str, Json] = field(default_factory=dict)
    group_id: str | None = None
    account_attributes: dict[str, Json] = field(default_factory=dict)
    signed_up_at: datetime | None = None
    trial_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of one request's messages, after the commit.

    ``set_aside`` pairs the position in the request with the refusal stored for it;
    ``has_changed_leads`` says whether anybody needs a new score.
    """

    accepted: int = 0
    duplicates: int = 0
    set_aside: tuple[tuple[int, Refusal], ...] = ()
    has_changed_leads: bool = False
