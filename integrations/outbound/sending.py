"""Sends what is owed: claimed under a lease, sent outside any transaction, then recorded.

Kill it anywhere. Before the sending nothing has happened; after it, the lease runs out and the next
sender finds a delivery in doubt, which each channel knows how to settle (docs/adr/0019).
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
LONGEST_S = 20.0
"""As long as it waits for a slow destination, others get theirs; but then it comes to an end."""


@dataclass
class _Round:
    """One sender at work: the messages on their way, and the moment it is."""

    began_at: datetime
    began: float = field(default_factory=time.monotonic)
    flying: dict[Future[Outcome], Delivery | Destination] = field(default_factory=dict)
    sent: int = 0
    owed_at: float = float("-inf")

    @property
    def now(self) -> datetime:
        return self.began_at + timedelta(seconds=self.elapsed)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began

    @property
    def busy(self) -> set[int]:
        """The destinations that something is on its way to."""
        return {
            what.pk if isinstance(what, Destination) else what.destination_id
            for what in self.flying.values()
        }


def send_due(
    *, at: datetime, seconds: float, owe: Callable[[datetime], object] | None = None
) -> int:
    """Send what is due for about so long, and as long as there is any; return how many ended well.

    After ``seconds`` nothing more goes to who is busy. What is on its way by then is waited for,
    and meanwhile the others get what becomes due: none waits for somebody else's slowness.

    Args:
        owe: asked now and then for what there is to tell by that moment.
    """
    work = _Round(at)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="sender") as pool:
        while True:
            is_over = work.elapsed >= seconds
            if not is_over or (work.flying and work.elapsed < LONGEST_S):
                _owe(work, owe)
                _begin(work, pool, without=work.busy if is_over else set())
            if work.flying:
                _record_some(work)
            elif (left := seconds - work.elapsed) > 0 and _something_waits(work):
                time.sleep(min(left, LOOK_AGAIN_S))  # a channel that was written to just now
            else:
                return work.sent


def _owe(work: _Round, owe: Callable[[datetime], object] | None) -> None:
    if owe is None or work.elapsed - work.owed_at < LOOK_AGAIN_S:
        return
    work.owed_at = work.elapsed
    try:
        owe(work.now)
    except Exception:
        # It is found again. What is on its way must be written down all the same.
        logger.exception("What there is to tell could not be owed")


def _something_waits(work: _Round) -> bool:
    """Whether something is due that nobody sends, for it has to keep its distance."""
    awake = Destination.objects.awake(work.now)
    return Delivery.objects.due(work.now).filter(destination__in=awake).exists()


def _begin(work: _Round, pool: ThreadPoolExecutor, *, without: set[int]) -> None:
    awake = Destination.objects.awake(work.now).exclude(pk__in=without)
    for destination_id in awake.values_list("pk", flat=True):
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
