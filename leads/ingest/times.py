"""When a message happened: reading timestamps, and correcting the clocks that sent them."""

from datetime import UTC, datetime, timedelta
from typing import Any

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(hours=24)
# Below this, the difference between two clocks is transit and queueing, and "correcting" by it
# reorders events (docs/ingest.md).
SKEW_THRESHOLD = timedelta(minutes=55)
MILLISECONDS_FROM = 1e11


class BadTimeError(ValueError):
    """Text or a number that is no moment between the year 2000 and tomorrow."""


def parse_time(value: Any) -> datetime:
    """Return the moment that ``value`` states, in UTC, whatever its year.

    Takes ISO 8601 text (without a zone it is UTC) and Unix seconds or, from 1e11 on,
    milliseconds, as a number or as digits.

    Raises:
        BadTimeError: it states no moment.
    """
    try:
        if isinstance(value, str):
            text = value.strip()
            if not text.isascii():
                raise BadTimeError(value)
            if text.isdigit():
                return _from_number(float(text))
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_number(float(value))
    except (ValueError, OverflowError, OSError) as error:
        raise BadTimeError(str(value)[:60]) from error
    raise BadTimeError(str(value)[:60])


def stated_moment(value: Any, *, latest: datetime) -> datetime | None:
    """Return the moment a trait states, or None if it is none from 2000 until ``latest``."""
    try:
        moment = parse_time(value)
    except BadTimeError:
        return None
    return moment if OLDEST <= moment <= latest else None


def happened_at(
    stated: datetime | None, *, sent_at: datetime | None, received_at: datetime
) -> tuple[datetime, bool]:
    """Return when a message happened, and whether its own time had to be overruled.

    ``received_at - (sent_at - stated)`` where the sender's clock is off by more than 55 minutes.
    A time more than 24 hours ahead of us is overruled by ``received_at``.

    Raises:
        BadTimeError: the result is before the year 2000.
    """
    if stated is None:
        return received_at, False
    moment = stated
    if sent_at is not None and abs(sent_at - received_at) > SKEW_THRESHOLD:
        try:
            moment = received_at - (sent_at - stated)
        except OverflowError as error:
            raise BadTimeError(stated.isoformat()) from error
    if moment > received_at + MAX_AHEAD:
        return received_at, True
    if moment < OLDEST:
        raise BadTimeError(moment.isoformat())
    return moment, False


def _from_number(number: float) -> datetime:
    seconds = number / 1000 if abs(number) >= MILLISECONDS_FROM else number
    return datetime.fromtimestamp(seconds, tz=UTC)
