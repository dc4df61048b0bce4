"""A digest in Slack follows what becomes of the PQLs that it lists."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from integrations.models import Delivery, Destination
from integrations.outbound import recording
from integrations.outbound.channels import ready
from integrations.outbound.folding import MOST_WAITING
from integrations.outbound.outbox import owe, owe_changes
from integrations.outbound.outcomes import Sent
from integrations.outbound.recording import BETWEEN_UPDATES
from integrations.outbound.sending import claim, send_due
from routing import services
from routing.models import Alert, Qualification, Rep, StateChange
from tests.doubles.slack import SlackDouble, busy
from tests.factories.routing import RepFactory, make_manager, make_pql
from tests.integrations.outbound.conftest import slack_destination

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def ada(slack: SlackDouble) -> Rep:
    rep: Rep = RepFactory.create(
        user__email="ada@r.example", user__first_name="Ada", user__last_name="Long"
    )
    slack.people["ada@r.example"] = "U1"
    return rep


@pytest.fixture
def slack_on(slack: SlackDouble) -> Destination:
    return slack_destination()


def tell(pqls: list[Qualification], *, held: bool = True) -> None:
    """One alert of each to its rep: held back to the same moment, or due at once."""
    Alert.objects.bulk_create(
        Alert(
            key=f"k{pql.pk}", kind="new_pql", title=f"PQL {pql.pk}.", user=pql.rep.user,
            qualification=pql, lead=pql.lead, content={}, severity=2, due_at=AT,
            created_at=AT - MINUTE if held else AT,
        )
        for pql in pqls
        if pql.rep
    )  # fmt: skip


def deliver(at: datetime) -> None:
    owe(at=at, limit=500)
    send_due(at=at, seconds=0.05)


def lines(slack: SlackDouble) -> dict[str, str]:
    """What the digest says of each PQL; empty where it still waits."""
    (digest,) = [message for message in slack.messages if "things for you" in message["text"]]
    texts = [block["text"]["text"] for block in digest["blocks"] if block["type"] == "section"]
    told = (text.partition("\n") for text in texts if text.startswith("•"))
    return {first.split("|")[1].split(".")[0]: news for first, _, news in told}


def digest_of(count: int, rep: Rep) -> list[Qualification]:
    """So many PQLs, told in one message that is there."""
    pqls = [make_pql(rep=rep) for _ in range(count)]
    tell(pqls)
    deliver(AT)
    return pqls


@pytest.mark.usefixtures("slack_on")
def test_lines_of_handled_pqls_say_so_whoever_did_it(ada: Rep, slack: SlackDouble) -> None:
    early, taken, given, left = (make_pql(rep=ada) for _ in range(4))
    services.accept(early, by=ada.user, at=AT - SECOND)
    tell([early, taken, given, left])
    deliver(AT)
    assert not Delivery.objects.filter(kind="update").exists()  # what was done before, it says
    services.accept(taken, by=ada.user, at=AT + MINUTE)
    services.reject(given, by=make_manager(first_name="Bo"), at=AT + MINUTE, reason="no_intent")
    deliver(AT + 2 * MINUTE)
    news = lines(slack)
    assert news[f"PQL {early.pk}"].startswith("Accepted by Ada Long")
    assert news[f"PQL {taken.pk}"] == "Accepted by Ada Long, 2 minutes after"
    assert news[f"PQL {given.pk}"].startswith("Rejected by Bo Day, 2 minutes after")
    assert news[f"PQL {left.pk}"] == ""
    assert slack.calls()["chat.update"] == 1
    deliver(AT + 10 * MINUTE)
    assert slack.calls()["chat.update"] == 1


@pytest.mark.usefixtures("slack_on")
def test_digest_of_an_outage_follows_too_and_single_ones_by_themselves(
    ada: Rep, slack: SlackDouble
) -> None:
    pqls = [make_pql(rep=ada) for _ in range(MOST_WAITING + 1)]
    tell(pqls, held=False)
    for time in range(7):
        deliver(AT + time * 2 * SECOND)
    folded = Delivery.objects.filter(state="folded")[0].alert
    assert folded is not None
    assert folded.qualification is not None
    services.accept(folded.qualification, by=ada.user, at=AT + MINUTE)
    services.accept(pqls[0], by=ada.user, at=AT + MINUTE)
    for time in range(2):
        deliver(AT + MINUTE + time * 2 * SECOND)
    handled = {title for title, news in lines(slack).items() if news}
    assert handled == {f"PQL {folded.qualification_id}"}
    assert slack.calls()["chat.update"] == 2


@pytest.mark.usefixtures("slack_on")
def test_many_acts_in_a_minute_are_few_updates(ada: Rep, slack: SlackDouble) -> None:
    pqls = digest_of(16, ada)
    steps: list[Callable[..., Qualification]] = [
        services.accept, services.mark_contacted, services.mark_opportunity,
    ]  # fmt: skip
    acts = [(step, pql) for pql in pqls for step in steps]
    for number, (act, pql) in enumerate(acts):
        moment = AT + MINUTE + number * SECOND
        act(pql, by=ada.user, at=moment)
        owe(at=moment, limit=100)
        if Delivery.objects.due(moment).exists():
            send_due(at=moment, seconds=0.05)
    assert 2 <= slack.calls()["chat.update"] <= 4  # at once, and every 15 of 48 seconds
    deliver(AT + 3 * MINUTE)
    assert slack.calls()["chat.update"] <= 5
    assert all(news.startswith("Made an opportunity") for news in lines(slack).values())
    assert len(lines(slack)) == len(pqls)


@pytest.mark.usefixtures("slack_on")
def test_slack_asks_to_wait_and_gets_the_last_state_once(ada: Rep, slack: SlackDouble) -> None:
    first, second = digest_of(2, ada)
    slack.fail("chat.update", busy(30))
    services.accept(first, by=ada.user, at=AT + MINUTE)
    deliver(AT + MINUTE)
    services.accept(second, by=ada.user, at=AT + MINUTE)
    deliver(AT + MINUTE + 29 * SECOND)
    assert slack.calls()["chat.update"] == 1
    deliver(AT + MINUTE + 31 * SECOND)
    assert slack.calls()["chat.update"] == 2
    assert all(news.startswith("Accepted") for news in lines(slack).values())
    assert not Delivery.objects.undelivered().exists()


def test_sender_killed_with_an_update_in_hand_converges(
    slack_on: Destination, ada: Rep, slack: SlackDouble
) -> None:
    first, second = digest_of(2, ada)
    services.accept(first, by=ada.user, at=AT + MINUTE)
    owe(at=AT + MINUTE, limit=10)
    (in_hand,) = claim(slack_on.pk, at=AT + MINUTE, limit=5)
    assert isinstance(in_hand, Delivery)
    services.accept(second, by=ada.user, at=AT + MINUTE)
    deliver(AT + MINUTE)
    assert slack.calls()["chat.update"] == 0  # whoever has it may be alive
    deliver(AT + 2 * MINUTE + SECOND)
    assert all(news.startswith("Accepted") for news in lines(slack).values())
    assert not Delivery.objects.undelivered().exists()


def test_change_seen_after_one_with_a_higher_id_is_told_all_the_same(
    slack_on: Destination, ada: Rep, slack: SlackDouble
) -> None:
    """Of two PQLs the change that was begun first may be committed last."""
    first, second = digest_of(2, ada)
    services.accept(first, by=ada.user, at=AT + MINUTE)
    unseen = dict(StateChange.objects.filter(qualification=first).values().get())
    StateChange.objects.filter(qualification=first).delete()
    services.accept(second, by=ada.user, at=AT + MINUTE)
    owe(at=AT + MINUTE, limit=10)
    (update,) = claim(slack_on.pk, at=AT + MINUTE, limit=5)
    assert isinstance(update, Delivery)
    message = ready(update, at=AT + MINUTE)
    StateChange.objects.create(**unseen)
    owe_changes(at=AT + MINUTE, limit=10)
    sent = message.send()  # type: ignore[union-attr]  # owed above
    assert isinstance(sent, Sent)
    recording.record(update, sent, at=AT + MINUTE)
    assert sorted(bool(news) for news in lines(slack).values()) == [False, True]
    update.refresh_from_db()
    assert (update.state, update.not_before) == ("queued", AT + MINUTE + BETWEEN_UPDATES)
    deliver(AT + 2 * MINUTE)
    assert all(lines(slack).values())
    assert not Delivery.objects.undelivered().exists()
