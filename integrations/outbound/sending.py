"""Sends what is owed: claimed under a lease, sent outside any transaction, then recorded.

Kill it anywhere. Before the sending nothing has happened; after it, the lease runs out and the next
sender finds a delivery in doubt, which each channel knows how to settle (docs/adr/0019).
"""

import logging
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction

from integrations.models import Delivery, Destination
from integrations.models.delivery import LEASE
from integrations.outbound import recording
from integrations.outbound.channels import probe, ready
from integrations.outbound.folding import fold
from integrations.outbound.outcomes import Failed, Message, Outcome, Refused, Sent

logger = logging.getLogger(__name__)

THREADS = 8
"""Messages on their way at a time, to all destinations together."""
LOOK_AGAIN_S = 0.25
"""How often what became due meanwhile is looked for while others are on their way."""


@dataclass
class _Round:
    """One sender at work: the messages on their way, and the moment it is."""

    began_at: datetime
    began: float = field(default_factory=monotonic)
    flying: dict[Future[Outcome], Delivery | Destination] = field(default_factory=dict)
    sent: int = 0

    @property
    def now(self) -> datetime:
        return self.began_at + timedelta(seconds=self.elapsed)

    @property
    def elapsed(self) -> float:
        return monotonic() - self.began


def send_due(*, at: datetime, seconds: float) -> int:
    """Send what is due for about so long, and as long as there is any; return how many ended well.

    Nothing new is begun after ``seconds``; what is on its way by then is waited for.
    """
    work = _Round(at)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="sender") as pool:
        while True:
            if work.elapsed < seconds:
                _begin(work, pool)
            if not work.flying:
                return work.sent
            _record_some(work)


def _begin(work: _Round, pool: ThreadPoolExecutor) -> None:
    for destination_id in Destination.objects.awake(work.now).values_list("pk", flat=True):
        room = THREADS - len(work.flying)
        if room < 1:
            return
        for what in claim(destination_id, at=work.now, limit=room):
            message = _ready(what, at=work.now)
            work.flying[pool.submit(message.send)] = what


def _record_some(work: _Round) -> None:
    ended, _ = wait(work.flying, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
    for future in ended:
        what = work.flying.pop(future)
        outcome = _outcome(what, future)
        if isinstance(what, Destination):
            recording.record_probe(what, outcome, at=work.now)
        else:
            work.sent += recording.record(what, outcome, at=work.now)


@transaction.atomic
def claim(destination_id: int, *, at: datetime, limit: int) -> Sequence[Delivery | Destination]:
    """Lease deliveries of one destination, or itself, to be asked whether it is back.

    Its row is locked meanwhile, so that any number of senders keep to its limits. Too many that
    wait for the same person are folded before they are claimed.
    """
    locked = Destination.objects.awake(at).select_for_update(no_key=True)
    destination = locked.filter(pk=destination_id).first()
    if destination is None:
        return []
    if not destination.is_broken:
        fold(destination, at=at)
        return Delivery.objects.claim(destination, at=at, limit=limit)
    found: Sequence[Delivery | Destination]
    if probe(destination) is None:
        found = Delivery.objects.claim(destination, at=at, limit=1)
    else:
        is_owed = Delivery.objects.undelivered().filter(destination=destination).exists()
        found = [destination] if is_owed else []
    if found:
        # Nobody else tries while this one does.
        destination.rests_until = at + LEASE
        destination.save(update_fields=["rests_until"])
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """A message whose outcome is known before it is sent."""

    outcome: Outcome

    def send(self) -> Outcome:
        return self.outcome


def _ready(what: Delivery | Destination, *, at: datetime) -> Message:
    """The message; what goes wrong in making it must not take the others with it."""
    try:
        made = probe(what) if isinstance(what, Destination) else ready(what, at=at)
    except Exception as error:
        logger.exception("%s %s could not be made ready", type(what).__name__, what.pk)
        problem = f"It could not be put into words ({type(error).__name__}); the log says more."
        return _Known(Failed(problem, blames_destination=False))
    if made is None:
        return _Known(Sent())
    return _Known(made) if isinstance(made, Refused | Failed) else made


def _outcome(what: Delivery | Destination, future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except Exception as error:
        # Not foreseen, so nothing is known: it may be there.
        logger.exception("%s %s went wrong in an unforeseen way", type(what).__name__, what.pk)
        return Failed(f"An unforeseen error ({type(error).__name__}).", in_doubt=True)
