"""Destinations are set up, tested and looked after in the admin; every act is in the audit log."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from integrations.models import Delivery, Destination, SlackUser
from integrations.models.delivery import LIFE
from leads.admin.base import change_url
from leads.models import AuditEntry, Product
from routing.models import Play
from tests.admin.forms import said
from tests.world import AT, make_person

pytestmark = pytest.mark.django_db

ADD = "admin:integrations_destination_add"
SLACK = {"name": "Slack", "key": "slack", "kind": "slack", "is_on": "on", "secret_name": ""}
HOOK = {**SLACK, "name": "CRM", "key": "crm", "kind": "webhook"}
HOOK |= {"secret_name": "WEBHOOK_SECRET_CRM", "url": "https://1.1.1.1/hook"}


@pytest.fixture(autouse=True)
def nothing_set(settings: Settings) -> None:
    settings.DESTINATION_SECRETS = {}
    settings.WEBHOOK_ALLOWED_HOSTS = []


def add(client: Client, **given: Any) -> dict[str, list[str]]:
    """Post the form; return what it refuses, by field."""
    response = client.post(reverse(ADD), given)
    if response.status_code == 302:
        return {}
    return dict(response.context["adminform"].form.errors)


def delivery(**values: Any) -> Delivery:
    destination, _ = Destination.objects.get_or_create(
        key="slack", defaults={"name": "Slack", "kind": "slack", "secret_name": "SLACK_BOT_TOKEN"}
    )
    given = {"kind": "test", "key": "k", "created_at": AT, "not_before": AT, "not_after": AT + LIFE}
    return Delivery.objects.create(destination=destination, **{**given, **values})


@pytest.mark.parametrize(
    ("state", "offered"),
    [("queued", {"cancel"}), ("sent", set()), ("given_up", {"resend"}), ("cancelled", {"resend"})],
)
def test_a_delivery_offers_what_can_be_done_to_it(
    client: Client, state: str, offered: set[str]
) -> None:
    ends: dict[str, dict[str, Any]] = {
        "sent": {"sent_at": AT},
        "given_up": {"problem": "It answered 500."},
    }
    row = delivery(state=state, **ends.get(state, {}))
    page = client.get(change_url(row)).content.decode()
    shown = {act for act in ("resend", "cancel") if f"/{row.pk}/{act}/" in page}
    assert shown == offered


def test_resending_says_which_it_is_and_how_it_ended(client: Client) -> None:
    person = make_person("rosa")
    row = delivery(state="given_up", problem="It answered 500.", user=person, kind="alert")
    page = client.get(reverse("admin:integrations_delivery_resend", args=[row.pk]))
    assert "Alert, by Slack to rosa. Given up. It answered 500. Sent" in page.content.decode()
    gone = reverse("admin:integrations_delivery_resend", args=[row.pk + 1])
    assert client.get(gone).status_code == 404


def act(client: Client, row: Any, name: str) -> str:
    """Ask first, as a person does: looking changes nothing; then do it."""
    url = reverse(f"admin:integrations_{row._meta.model_name}_{name}", args=[row.pk])
    assert client.get(url).status_code == 200
    return said(client.post(url))


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_slack_is_added_with_the_usual_variable(client: Client) -> None:
    assert add(client, **SLACK) == {}
    assert Destination.objects.get().secret_name == "SLACK_BOT_TOKEN"
    assert set(audited()) == {"added"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({**HOOK, "url": "https://127.0.0.1/"}, "url"),
        ({**HOOK, "url": "http://1.1.1.1/"}, "url"),
        ({**HOOK, "url": "https://no-such-name.invalid/"}, "url"),
        ({**HOOK, "secret_name": ""}, "secret_name"),
        ({**HOOK, "secret_name": "whsec_abc"}, "secret_name"),
        ({**HOOK, "secret_name": "SECRET_KEY"}, "secret_name"),
        ({**SLACK, "url": "https://1.1.1.1/"}, "url"),
        ({**SLACK, "kind": "email", "channel": "C1"}, "channel"),
        ({**HOOK, "url": ""}, "url"),
        ({**HOOK, "events": ["pql.imagined"]}, "events"),
    ],
    ids=["private", "http", "unknown", "no secret", "secret", "other secret", "url of slack",
         "channel of e-mail", "no url", "event"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_beside_its_field(
    client: Client, given: dict[str, Any], field: str
) -> None:
    assert set(add(client, **given)) == {field}
    assert not Destination.objects.exists()


def test_webhook_is_added_and_says_what_it_lacks(client: Client) -> None:
    assert add(client, **HOOK, events=["pql.closed"]) == {}
    hook = Destination.objects.get()
    assert hook.events == ["pql.closed"]
    page = client.get(reverse("admin:integrations_destination_change", args=[hook.pk]))
    assert "Not set up." in page.content.decode()
    assert "WEBHOOK_SECRET_CRM is not set" in page.content.decode()


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("email", {"channel": "#sales"}, "channel"),
        ("slack", {"url": "https://1.1.1.1/"}, "url"),
        ("webhook", {"url": ""}, "url"),
        ("webhook", {"secret_name": ""}, "secret_name"),
        ("slack", {"product": "app"}, "product"),
    ],
)
def test_one_that_is_there_is_changed_as_its_kind_allows(
    client: Client, kind: str, given: dict[str, Any], field: str
) -> None:
    kinds = {"email": {**SLACK, "kind": "email"}, "slack": SLACK, "webhook": HOOK}
    add(client, **kinds[kind])
    before = Destination.objects.values().get()
    if "product" in given:
        given = {"product": Product.objects.create(key="app", name="App").pk}
    changed = {name: value for name, value in kinds[kind].items() if name != "kind"} | given
    page = reverse("admin:integrations_destination_change", args=[before["id"]])
    refused = client.post(page, changed)
    assert set(refused.context["adminform"].form.errors) == {field}
    assert Destination.objects.values().get() == before


def test_switched_on_again_it_begins_afresh(client: Client) -> None:
    add(client, **HOOK)
    hook = Destination.objects.get()
    Destination.objects.update(is_on=False, failures=9, problem="It answered 410 Gone.")
    changed = {name: value for name, value in HOOK.items() if name != "kind"}
    url = reverse("admin:integrations_destination_change", args=[hook.pk])
    assert client.post(url, changed).status_code == 302
    hook.refresh_from_db()
    assert (hook.is_on, hook.failures, hook.problem) == (True, 0, "")


def test_what_plays_tell_is_kept_by_its_key_and_said_when_it_goes_off(client: Client) -> None:
    add(client, **HOOK)
    hook = Destination.objects.get()
    actions = [{"kind": "webhook", "destination": "crm"}]
    Play.objects.create(name="Hot", trigger="pql_opened", actions=actions, on_since=AT)
    Play.objects.create(name="Limit", trigger="pql_opened", actions=actions)
    page = reverse("admin:integrations_destination_change", args=[hook.pk])
    shown = client.get(page).content.decode()
    assert "2 plays tell it: Hot and Limit. It can be deleted once none does." in shown
    away = reverse("admin:integrations_destination_delete", args=[hook.pk])
    assert client.post(away, {"post": "yes"}).status_code == 403
    changed = {name: value for name, value in HOOK.items() if name != "kind"}
    refused = client.post(page, {**changed, "key": "other"})
    assert "by the key “crm”. Keep it" in refused.context["adminform"].form.errors["key"][0]
    off = {name: value for name, value in changed.items() if name != "is_on"}
    assert "1 play tells it: Hot. What would be told while it is off" in said(
        client.post(page, off)
    )
    hook.refresh_from_db()
    assert (hook.key, hook.is_on) == ("crm", False)
    Play.objects.all().delete()
    assert client.post(away, {"post": "yes"}).status_code == 302
    assert "deleted" in audited()


def test_digest_and_what_it_tells_lead_to_each_other(client: Client) -> None:
    digest = delivery(key="d", kind="alert")
    one = delivery(key="o", kind="alert", state="folded", into=digest)
    page = reverse("admin:integrations_delivery_change", args=[one.pk])
    shown = client.get(page).content.decode()
    assert reverse("admin:integrations_delivery_change", args=[digest.pk]) in shown
    assert "which is sent or on its way" in act(client, one, "resend")


def test_test_message_is_owed_to_who_asks(client: Client) -> None:
    add(client, **SLACK)
    destination = Destination.objects.get()
    assert "goes out within seconds" in act(client, destination, "test")
    test = Delivery.objects.get()
    assert (test.kind, test.user and test.user.username) == ("test", "root")
    Destination.objects.update(is_on=False)
    assert "switch it on first" in act(client, destination, "test")
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("state", ["given_up", "cancelled"])
def test_resend_owes_it_anew(client: Client, state: str) -> None:
    row = delivery(state=state, problem="No.", attempts=10, doubts=2)
    act(client, row, "resend")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.doubts, row.problem) == ("queued", 0, 0, "")
    assert row.not_after > AT + LIFE
    assert audited() == ["resent"]


def test_what_is_there_is_not_sent_again(client: Client) -> None:
    row = delivery(state="sent", sent_at=AT)
    assert "doubles it" in act(client, row, "resend")
    row.refresh_from_db()
    assert (row.state, audited()) == ("sent", [])


def test_cancel_ends_it_unless_it_is_under_way(client: Client) -> None:
    row = delivery()
    act(client, row, "cancel")
    row.refresh_from_db()
    assert (row.state, audited()) == ("cancelled", ["cancelled"])
    flying = delivery(key="f", claimed_until=AT.replace(year=2099))
    assert "being sent at this moment" in act(client, flying, "cancel")
    flying.refresh_from_db()
    assert flying.state == "queued"


def test_many_at_once(client: Client) -> None:
    rows = [delivery(key=f"k{n}", state="given_up", problem="No.") for n in range(3)]
    rows.append(delivery(key="s", state="sent", sent_at=AT))
    url = reverse("admin:integrations_delivery_changelist")
    data = {"action": "resend_selected", "_selected_action": [row.pk for row in rows]}
    words = said(client.post(url, data))
    assert "3 deliveries to be sent again." in words
    assert "doubles it" in words
    assert Delivery.objects.filter(state="queued").count() == 3


def test_who_may_only_look_acts_on_nothing() -> None:
    client = Client()
    client.force_login(make_person("vera", "view_delivery", "view_destination", staff=True))
    row = delivery(state="given_up", problem="No.")
    for obj, name in ((row, "resend"), (row, "cancel"), (row.destination, "test")):
        url = reverse(f"admin:integrations_{obj._meta.model_name}_{name}", args=[obj.pk])
        assert client.post(url).status_code in {302, 403}
    row.refresh_from_db()
    assert (row.state, Delivery.objects.count()) == ("given_up", 1)


def test_slack_user_entered_anew_has_no_channel_yet(client: Client) -> None:
    user = make_person("ada")
    known = SlackUser.objects.create(user=user, slack_id="U1", channel="D1")
    url = reverse("admin:integrations_slackuser_change", args=[known.pk])
    assert client.post(url, {"user": user.pk, "slack_id": "U2"}).status_code == 302
    known.refresh_from_db()
    assert (known.slack_id, known.channel) == ("U2", "")
