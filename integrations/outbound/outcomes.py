"""How an attempt to deliver went, and when the next one may be. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

# Before the first attempt, the second ... (Standard Webhooks): ten in a good three days.
PAUSES = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_ATTEMPTS = len(PAUSES)
DOUBT_PAUSE = timedelta(seconds=60)
"""After an answer that never came: by then what was asked has happened, or never will."""
LONGEST_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there.

    Args:
        learned: what the way there taught, kept by the channel that learned it.
        note: said of a delivery that may be there twice.
    """

    remote_id: str = ""
    remote_channel: str = ""
    learned: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not be taken, however often it is sent; the destination itself is well."""

    problem: str
    learned: Any = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not get through this time.

    Args:
        retry_after: what the destination asked for; it is obeyed.
        in_doubt: no answer came, so it may be there all the same.
        may_be_there: it was answered, but by an error that promises nothing.
        blames_destination: others would fail as well; this one's failures count for its rest.
    """

    problem: str
    retry_after: timedelta | None = None
    in_doubt: bool = False
    may_be_there: bool = False
    blames_destination: bool = True
    learned: Any = None

    @property
    def is_throttled(self) -> bool:
        """Whether it was only told to wait."""
        return self.retry_after is not None


@dataclass(frozen=True, slots=True)
class PerhapsSent:
    """Sent twice without an answer and no way to look: another attempt would be a flood."""

    problem: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The destination asks never to be sent anything again."""

    problem: str


Outcome = Sent | Refused | Failed | PerhapsSent | Gone


class Message(Protocol):
    """A message that is ready: sending it touches the network and nothing else."""

    def send(self) -> Outcome:
        """Send it. Any thread; ends within :data:`integrations.models.delivery.LEASE`."""
        ...


def pause_after(attempts: int, failed: Failed) -> timedelta | None:
    """How long to wait after so many attempts; None: give up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    if failed.in_doubt or failed.may_be_there:
        return max(DOUBT_PAUSE, PAUSES[attempts], failed.retry_after or timedelta(0))
    if failed.retry_after is not None:
        return min(max(failed.retry_after, timedelta(seconds=1)), LONGEST_PAUSE)
    return PAUSES[attempts]
