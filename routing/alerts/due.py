"""What is to go out now: alerts of one person that were held back together go as one message."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.models import Alert


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told at once: an alert, or a digest of several, most severe first."""

    alerts: tuple[Alert, ...]

    @property
    def key(self) -> str:
        """Names the message for good: deliveries made of it again are the same ones."""
        first = min(self.alerts, key=lambda alert: alert.pk)
        return f"digest:{first.pk}" if self.is_digest else first.key

    @property
    def user_id(self) -> int:
        return self.alerts[0].user_id

    @property
    def is_digest(self) -> bool:
        return len(self.alerts) > 1

    def by(self, channel: str) -> tuple[Alert, ...]:
        """What of it goes by this channel."""
        return tuple(alert for alert in self.alerts if channel in alert.channels)


def claim_messages(*, at: datetime, limit: int) -> list[Message]:
    """Lock up to ``limit`` messages due by ``at`` that no other worker holds.

    Needs a transaction, in which their deliveries are made and :func:`mark_delivered` is called.
    """
    people = ("user", "lead", "qualification")
    leaders = (
        Alert.objects.undelivered(at)
        .leading()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(*people)[:limit]
    )
    return [
        Message(
            tuple(
                Alert.objects.going_with(leader)
                .select_for_update(of=("self",))
                .select_related(*people)
            )
            if leader.was_held
            else (leader,)
        )
        for leader in leaders
    ]


def mark_delivered(messages: Iterable[Message], *, at: datetime) -> None:
    """Their deliveries are made."""
    told = [alert.pk for message in messages for alert in message.alerts]
    Alert.objects.filter(pk__in=told).update(delivered_at=at)
