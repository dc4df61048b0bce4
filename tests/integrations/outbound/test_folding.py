"""Too many alerts that wait for one person become one message; each is told once all the same."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from integrations.models import Delivery, Destination
from integrations.outbound.folding import MOST_WAITING, SINGLY, apart, fold
from integrations.outbound.handling import NotPossibleError, resend
from integrations.outbound.outbox import owe
from integrations.outbound.sending import send_due
from integrations.outbound.telling import telling_of
from routing.models import Alert, Qualification
from routing.models.alert import AlertKind
from tests.doubles.slack import SlackDouble
from tests.factories.routing import UserFactory, make_pql, rep_of
from tests.integrations.outbound.conftest import email_destination, slack_destination

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
MANY = MOST_WAITING + 10


@given(st.dictionaries(st.integers(1, 500), st.integers(1, 4), max_size=60))
def test_apart_sends_each_singly_or_in_the_digest(severities: dict[int, int]) -> None:
    singly, folded = apart(severities)
    assert sorted(singly + folded) == sorted(severities)
    if len(severities) <= MOST_WAITING:
        assert folded == []
        return
    assert len(singly) == SINGLY
    least = min((severities[pk], -pk) for pk in singly)
    assert all((severities[pk], -pk) < least for pk in folded)


def tell(pql: Qualification, many: int, **values: Any) -> list[Alert]:
    """So many alerts about a PQL to its rep."""
    user = values.pop("user", None) or rep_of(pql).user
    given = {"kind": AlertKind.NEW_PQL, "severity": 2, "lead": pql.lead, "content": {}, **values}
    first = Alert.objects.count()
    return Alert.objects.bulk_create(
        Alert(
            key=f"k{number}:{user.pk}", title=f"Number {number}", user=user, qualification=pql,
            created_at=AT, due_at=AT, **given,
        )
        for number in range(first, first + many)
    )  # fmt: skip


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


@pytest.fixture
def pql(slack: SlackDouble) -> Qualification:
    found = make_pql(rep__user__email="ada@r.example")
    slack.people["ada@r.example"] = "U1"
    return found


def run(at: datetime, times: int) -> None:
    """As the sender does, every two seconds."""
    for time in range(times):
        owe(at=at + timedelta(seconds=2 * time), limit=100)
        send_due(at=at + timedelta(seconds=2 * time), seconds=0.1)


@pytest.mark.django_db
def test_hour_without_slack_ends_in_few_messages_that_tell_all_once(
    slack: SlackDouble, pql: Qualification
) -> None:
    destination = slack_destination()
    slack.down()
    alerts = tell(pql, 3)
    run(AT, 4)
    alerts += tell(pql, MANY - 4) + tell(pql, 1, severity=4)
    for minute in (10, 40):
        run(AT + timedelta(minutes=minute), 1)
    assert states() == {"queued": MANY}  # while it is down nothing is decided
    slack.up()
    run(AT + timedelta(hours=1), SINGLY + 3)
    assert states() == {"sent": SINGLY + 1, "folded": MANY - SINGLY}
    assert set(slack.told().values()) == {1}
    assert len(slack.messages) == SINGLY + 1
    texts = " ".join(str(message["text"]) for message in slack.messages)
    assert f"Alert {alerts[-1].pk}]" in texts  # the pressing one goes alone
    assert f"{MANY - SINGLY} things for you" in texts
    told = Counter(
        pk for message in Delivery.objects.filter(state="sent") for pk in message.alert_ids
    )
    assert told == {alert.pk: 1 for alert in alerts}
    digest = Delivery.objects.get(alert=None)
    assert set(digest.folded.values_list("alert", flat=True)) == set(digest.alert_ids)
    assert digest.not_after == digest.folded.latest("not_after").not_after
    run(AT + timedelta(hours=2), 2)
    assert len(slack.messages) == SINGLY + 1
    destination.refresh_from_db()
    assert not destination.is_broken


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "is_folded"),
    [
        ({}, True),
        ({"claimed_until": AT + timedelta(minutes=1)}, False),
        ({"doubted_at": AT - timedelta(minutes=1), "doubts": 1}, False),
        ({"not_before": AT + timedelta(hours=1)}, False),
    ],
    ids=["waiting", "under way", "perhaps there", "not due"],
)
def test_only_what_surely_waits_is_folded(values: dict[str, Any], is_folded: bool) -> None:
    destination = slack_destination()
    tell(make_pql(), MOST_WAITING + 1)
    owe(at=AT, limit=100)
    one = Delivery.objects.order_by("-pk")[0]
    Delivery.objects.filter(pk=one.pk).update(**values)
    assert fold(destination, at=AT) == is_folded
    one.refresh_from_db()
    assert (one.state == "folded") is is_folded


@pytest.mark.django_db
def test_each_person_channel_and_destination_by_itself() -> None:
    pql = make_pql()
    every = [
        slack_destination(),
        email_destination(),
        slack_destination(name="C", key="c", channel="C1"),
    ]
    for user in (rep_of(pql).user, UserFactory.create()):
        tell(pql, MOST_WAITING - 5, user=user)
    owe(at=AT, limit=100)
    # Two people, neither with too much; but one channel has what both are told.
    assert [fold(destination, at=AT) for destination in every] == [0, 0, 1]
    digest = Delivery.objects.get(alert=None)
    assert (digest.user, digest.lane) == (None, "C1")
    told = telling_of(digest)
    assert getattr(told, "title", "") == f"{2 * (MOST_WAITING - 5) - SINGLY} things to look at"


@pytest.fixture
def folded(pql: Qualification) -> tuple[Destination, Delivery, Delivery]:
    """The destination, a digest and one that it tells."""
    destination = slack_destination()
    tell(pql, MANY)
    owe(at=AT, limit=100)
    assert fold(destination, at=AT) == 1
    digest = Delivery.objects.get(alert=None)
    one = digest.folded.order_by("pk")[0]
    return destination, digest, one


@pytest.mark.django_db
def test_resend_of_what_a_digest_tells_is_refused_while_it_may_be_there(
    folded: tuple[Destination, Delivery, Delivery],
) -> None:
    _, digest, one = folded
    by: User = UserFactory.create()
    for values in ({}, {"state": "sent", "sent_at": AT}):
        Delivery.objects.filter(pk=digest.pk).update(**values)
        with pytest.raises(NotPossibleError, match=f"told in Alert {digest.pk}"):
            resend(one, by=by, at=AT)
    assert Delivery.objects.get(pk=one.pk).state == "folded"


@pytest.mark.django_db
def test_resend_after_the_digest_failed_tells_each_once(
    slack: SlackDouble, folded: tuple[Destination, Delivery, Delivery]
) -> None:
    _, digest, one = folded
    by: User = UserFactory.create()
    Delivery.objects.filter(state="queued").update(state="given_up", problem="No.")
    resend(one, by=by, at=AT)
    digest.refresh_from_db()
    resend(digest, by=by, at=AT)
    run(AT, 3)
    assert states()["sent"] == 2
    shown = [re.findall(r"Number (\d+)", str(message["blocks"])) for message in slack.messages]
    told = Counter(number for found in shown for number in set(found))
    assert len(told) == MANY - SINGLY
    assert set(told.values()) == {1}
    one.refresh_from_db()
    assert (one.state, one.into) == ("sent", None)


@pytest.mark.django_db
def test_folding_costs_one_look_where_there_is_nothing_to_fold(
    django_assert_num_queries: Any,
) -> None:
    destination = slack_destination()
    tell(make_pql(), MOST_WAITING)
    owe(at=AT, limit=100)
    with django_assert_num_queries(1):
        assert fold(destination, at=AT) == 0
