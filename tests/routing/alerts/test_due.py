"""What was held back for one person to one moment goes out as one message."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from routing.alerts import claim_messages, mark_delivered
from routing.models import Alert
from routing.models.alert import Channel, Severity
from tests.factories.routing import UserFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db
MORNING = AT + timedelta(hours=20)
numbers = count()


def alert_of(user: User, due_at: datetime = AT, **changes: object) -> Alert:
    values = {"created_at": AT, "title": "T", "content": {}, "kind": "play"} | changes
    return Alert.objects.create(key=f"k{next(numbers)}", user=user, due_at=due_at, **values)


def test_what_is_due_at_once_goes_alone() -> None:
    user = UserFactory.create()
    alerts = [alert_of(user), alert_of(user)]
    messages = claim_messages(at=AT, limit=10)
    assert [message.alerts for message in messages] == [(alert,) for alert in alerts]
    assert [message.key for message in messages] == [alert.key for alert in alerts]


def test_what_was_held_goes_together_the_most_severe_first() -> None:
    user, other = UserFactory.create_batch(2)
    low = alert_of(user, MORNING, severity=Severity.LOW, channels=[Channel.SLACK])
    urgent = alert_of(user, MORNING, severity=Severity.URGENT)
    theirs = alert_of(other, MORNING)
    assert claim_messages(at=MORNING - timedelta(seconds=1), limit=10) == []

    mine, hers = claim_messages(at=MORNING, limit=10)
    assert (mine.alerts, mine.is_digest) == ((urgent, low), True)
    assert mine.key == f"digest:{low.pk}"
    assert (mine.by(Channel.SLACK), mine.by(Channel.EMAIL)) == ((urgent, low), (urgent,))
    assert (hers.alerts, hers.is_digest, hers.key) == ((theirs,), False, theirs.key)


def test_a_digest_is_never_cut_by_the_limit() -> None:
    user = UserFactory.create()
    for _ in range(3):
        alert_of(user, MORNING)
    (message,) = claim_messages(at=MORNING, limit=1)
    assert len(message.alerts) == 3


def test_delivered_is_due_no_more() -> None:
    user = UserFactory.create()
    alert_of(user, MORNING)
    alert_of(user, MORNING)
    mark_delivered(claim_messages(at=MORNING, limit=10), at=MORNING)
    assert claim_messages(at=MORNING, limit=10) == []
    assert not Alert.objects.undelivered(MORNING).exists()


@pytest.mark.django_db(transaction=True)
def test_claimed_at_once_by_many_every_message_goes_once_and_whole() -> None:
    users = UserFactory.create_batch(6)
    for user in users:
        for _ in range(5):
            alert_of(user, MORNING)
        alert_of(user)

    def work(_: int) -> list[frozenset[int]]:
        told = []
        try:
            for _ in range(8):
                with transaction.atomic():
                    messages = claim_messages(at=MORNING, limit=2)
                    mark_delivered(messages, at=MORNING)
                told += [frozenset(alert.pk for alert in one.alerts) for one in messages]
        finally:
            connection.close()
        return told

    with ThreadPoolExecutor(4) as pool:
        told = [message for worker in pool.map(work, range(4)) for message in worker]
    assert sorted(map(len, told)) == [1] * 6 + [5] * 6
    assert len(frozenset().union(*told)) == 36
