"""Alerts as Slack messages: to the person they are for, or to a channel (docs/slack.md)."""

from datetime import datetime, timedelta
from typing import Any

from integrations.models import Delivery, DeliveryKind, DeliveryState, Destination, SlackUser
from integrations.outbound.outcomes import Failed, Message, Refused
from integrations.outbound.secrets import MissingSecretError, secret
from integrations.outbound.slack import blocks
from integrations.outbound.slack.posting import Addressee, Learned, Post, Probe, Update, Words
from integrations.outbound.telling import Telling, telling_of

WAIT = timedelta(seconds=2)


def ready(delivery: Delivery, *, at: datetime) -> Message | Refused | Failed:
    """The message with the state of things at this moment."""
    try:
        token = secret(delivery.destination.secret_name)
    except MissingSecretError as error:
        return Failed(str(error))
    told = telling_of(delivery)
    if isinstance(told, Refused):
        return told
    words = Words(blocks.fallback(told), blocks.blocks(told))
    if delivery.kind == DeliveryKind.UPDATE:
        return _update(delivery, told, words, token)
    delivery.shown_change = told.shown_change
    to = _addressee(delivery)
    if isinstance(to, Refused):
        return to
    return Post(token, to, words, delivery.message_key, delivery.doubted_at, delivery.doubts)


def _update(
    delivery: Delivery, told: Telling, words: Words, token: str
) -> Message | Refused | Failed:
    original = delivery.original
    assert original is not None  # an update is one of a message
    if original.state == DeliveryState.QUEUED:
        return Failed("The message is on its way.", retry_after=WAIT, blames_destination=False)
    if not original.remote_id:
        return Refused("The message was never seen there, so it cannot be brought up to date.")
    delivery.shown_change = told.shown_change
    return Update(token, original.remote_channel, original.remote_id, words)


def _addressee(delivery: Delivery) -> Addressee | Refused:
    if delivery.destination.channel:
        return Addressee(channel=delivery.destination.channel)
    user = delivery.user
    if user is None:
        return Refused("It is for nobody in particular, and the destination has no channel.")
    if not user.is_active:
        return Refused("The person's account is switched off.")
    known = SlackUser.objects.filter(user=user).first()
    if known is not None:
        return Addressee(channel=known.channel, slack_id=known.slack_id)
    if not user.email:
        return Refused("The person has no e-mail address to find them by in Slack: set one.")
    return Addressee(email=user.email)


def learn(delivery: Delivery, learned: Any) -> None:
    """Keep who the delivery's person is in Slack."""
    assert isinstance(learned, Learned)
    if delivery.user_id is None:
        return
    taken = SlackUser.objects.filter(slack_id=learned.slack_id).exclude(user=delivery.user_id)
    if not taken.exists():  # two people of ours with one address: the first keeps it
        SlackUser.objects.update_or_create(
            user_id=delivery.user_id,
            defaults={"slack_id": learned.slack_id, "channel": learned.channel},
        )


def probe(destination: Destination) -> Message | Failed:
    """Whether Slack is there and takes our token."""
    try:
        return Probe(secret(destination.secret_name))
    except MissingSecretError as error:
        return Failed(str(error))


def trouble(destination: Destination) -> str:
    """What is missing, in words."""
    try:
        secret(destination.secret_name)
    except MissingSecretError as error:
        return str(error)
    return ""
