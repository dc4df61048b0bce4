"""Events to somebody's own URL, signed as Standard Webhooks say (docs/webhooks.md)."""

import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from integrations.models import Delivery, Destination
from integrations.outbound.outcomes import Failed, Gone, Outcome, Refused, Sent
from integrations.outbound.secrets import MissingSecretError, secret
from integrations.outbound.webhooks.client import Answer, NoAnswerError, NotSentError, post
from integrations.outbound.webhooks.guard import ForbiddenAddressError, target

PREFIX = "whsec_"
GONE = 410
# A busy receiver; how long it stays so it may say in Retry-After.
BUSY = {429, 502, 503, 504}
LONGEST_WAIT = timedelta(hours=24)
MOST_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class _Event:
    """A signed event. Receivers tell repeats by its ``webhook-id``, the same at every attempt."""

    url: str
    body: bytes
    headers: dict[str, str]
    at: datetime

    def send(self) -> Outcome:
        try:
            answer = post(self.url, self.body, self.headers)
        except ForbiddenAddressError as error:
            return Refused(str(error))
        except NotSentError as error:
            return Failed(str(error))
        except NoAnswerError as error:
            return Failed(str(error))  # no doubt: receivers tell repeats by the id
        return outcome_of(answer, at=self.at)


def outcome_of(answer: Answer, *, at: datetime) -> Outcome:
    """What a receiver's answer means."""
    if 200 <= answer.status < 300:
        return Sent()
    if answer.status == GONE:
        return Gone("It answered 410 Gone: it wants no more events. Switch it on to begin again.")
    problem = f"It answered {answer.status}."
    if 300 <= answer.status < 400:
        return Failed(f"{problem} Redirects are not followed: give the final URL.")
    if answer.status in BUSY:
        return Failed(problem, retry_after=_retry_after(answer, at))
    return Failed(problem)


def _retry_after(answer: Answer, at: datetime) -> timedelta | None:
    """Seconds, or a date."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(timedelta(seconds=int(told[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - at, timedelta(seconds=1)), LONGEST_WAIT)


def ready(delivery: Delivery, *, at: datetime) -> _Event | Refused | Failed:
    """The event as it is posted at this attempt; the id and the body are the same at each."""
    destination = delivery.destination
    if problem := trouble(destination):
        return Failed(problem)
    body = orjson.dumps(delivery.payload)
    if len(body) > MOST_BYTES:
        return Refused(f"The event has {len(body)} bytes; receivers take {MOST_BYTES} at most.")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Ripeline-Webhooks/1",
        **signed(destination, delivery.message_key, body, at=at),
    }
    return _Event(destination.url, body, headers, at)


def signed(
    destination: Destination, message_id: str, body: bytes, *, at: datetime
) -> dict[str, str]:
    """The headers that prove who sent it; one signature for each secret while one is rotated."""
    signatures = [
        key.sign(message_id, at.astimezone(UTC), body.decode()) for key in _keys(destination)
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _keys(destination: Destination) -> list[Webhook]:
    """What it signs with.

    Raises:
        MissingSecretError: nothing is set, or nothing that is a secret.
    """
    name = destination.secret_name
    words = secret(name).split()
    try:
        if not all(word.startswith(PREFIX) for word in words):
            raise EmptyWebhookSecretError
        return [Webhook(word) for word in words]
    except (EmptyWebhookSecretError, binascii.Error) as error:
        problem = f"{name} holds no secret of the form {PREFIX}… (docs/webhooks.md)."
        raise MissingSecretError(problem) from error


def trouble(destination: Destination) -> str:
    """What is missing or wrong, in words."""
    try:
        _keys(destination)
        target(destination.url)
    except (MissingSecretError, ForbiddenAddressError) as error:
        return str(error)
    return ""


def body_of(kind: str, data: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """An event in the form that Standard Webhooks recommend."""
    return {"type": kind, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
