"""What a message says of a PQL, whichever way it goes: read when it is sent, so that it is true."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """One alert in words. Everything in it may come from outside: each channel escapes it.

    Args:
        reference: what people quote when they ask about it, and find it by.
        news: how things stand, where they have moved on: "Accepted by Ada Long, 3 minutes after".
        may_act: whether there is still something to accept.
        lines: of a digest, its items; then most of the rest is empty.
    """

    reference: str
    title: str
    url: str
    severity: str = "normal"
    who: str = ""
    company: str = ""
    product: str = ""
    fit: str = ""
    behavior: str = ""
    total: str = ""
    reasons: tuple[str, ...] = ()
    last_activity_at: datetime | None = None
    suggested: str = ""
    note: str = ""
    news: str = ""
    may_act: bool = False
    qualification_id: int | None = None
    lines: tuple[tuple[str, str], ...] = field(default=())
