"""What RevOps do in the admin: keys, tokens, messages set aside, signals, outcomes."""

import json
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from integrations.models import ApiToken
from leads.keys import hash_write_key
from leads.models import Event, Outcome, Product, RejectedMessage, RemapJob, Signal, Source
from tests.world import AT, World, make_admin, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(leads=1)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_new_source_shows_its_write_key_once(world: World, client: Client) -> None:
    data = {"name": "App", "product": world.product.pk, "namespace": ""}
    response = client.post(reverse("admin:leads_source_add"), data)
    secret = response.context["secret"]
    source = Source.objects.get(name="App")
    assert source.key_hash == hash_write_key(secret)
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    page = client.get(reverse("admin:leads_source_change", args=[source.pk])).content.decode()
    assert secret not in page
    assert secret[:12] in page


def test_rotating_keeps_the_old_key_for_a_day(world: World, client: Client) -> None:
    client.post(reverse("admin:leads_source_add"), {"name": "App"})
    source = Source.objects.get(name="App")
    old = source.key_hash
    url = reverse("admin:leads_source_rotate", args=[source.pk])
    assert client.get(url).status_code == 200  # asks; a GET changes nothing
    source.refresh_from_db()
    assert source.key_hash == old
    secret = client.post(url).context["secret"]
    source.refresh_from_db()
    assert (source.key_hash, source.previous_key_hash) == (hash_write_key(secret), old)


def test_actions_need_the_csrf_token_and_the_permission(world: World) -> None:
    url = reverse("admin:leads_source_rotate", args=[world.source.pk])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_admin())
    assert strict.post(url).status_code == 403
    reader = Client()
    reader.force_login(make_person("vera", "view_source", staff=True))
    assert reader.post(url).status_code == 403
    assert reader.get(url).status_code == 403


def test_action_on_nothing_is_404(client: Client) -> None:
    assert client.get(reverse("admin:leads_source_rotate", args=[999])).status_code == 404


def test_token_is_shown_once_and_can_be_revoked(world: World, client: Client) -> None:
    data = {
        "name": "Warehouse",
        "user": world.rep.user.pk,
        "scopes": ["read:scores", "ingest"],
        "expires_at_0": "",
        "expires_at_1": "",
    }
    response = client.post(reverse("admin:integrations_apitoken_add"), data)
    secret = response.context["secret"]
    token = ApiToken.objects.usable_with(secret)
    assert token is not None
    assert token.scopes == ["read:scores", "ingest"]
    client.post(reverse("admin:integrations_apitoken_revoke", args=[token.pk]))
    assert ApiToken.objects.usable_with(secret) is None


def test_rejected_messages_are_replayed_or_dismissed(world: World, client: Client) -> None:
    good = {"type": "track", "messageId": "m1", "userId": "u0", "event": "Invited"}
    rows = [
        RejectedMessage.objects.create(
            source=world.source, received_at=AT, code="x", reason="No.", raw=json.dumps(raw)
        )
        for raw in (good, {"type": "track"})
    ]
    url = reverse("admin:leads_rejectedmessage_changelist")
    chosen = {"_selected_action": [row.pk for row in rows]}
    response = client.post(url, {"action": "replay", **chosen})
    assert said(response) == "1 taken in, 1 still waiting."
    assert Event.objects.filter(message_id="m1").count() == 1
    response = client.post(url, {"action": "dismiss", **chosen})
    assert said(response).endswith("1 dismissed.")
    assert [row.resolution for row in RejectedMessage.objects.order_by("pk")] == [
        "replayed",
        "dismissed",
    ]


def signal_form(product: Product, rows: list[tuple[str, str, str]], **change: str) -> Any:
    names = ("property", "op", "value")
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    return {
        "product": product.pk,
        "key": "invited",
        "name": "Invited",
        "mappings-TOTAL_FORMS": "1",
        "mappings-INITIAL_FORMS": "0",
        "mappings-0-kind": "track",
        "mappings-0-event_name": "Invited",
        "mappings-0-position": "0",
        **{f"mappings-0-conditions-{n}": list(c) for n, c in zip(names, columns, strict=True)},
        **change,
    }


def test_signal_conditions_are_rows_of_a_form(world: World, client: Client) -> None:
    rows = [
        ("plan.name", "equals", "Pro"),
        ("seats", "at_least", "20"),
        ("share", "at_most", "0.5"),
        ("coupon", "missing", ""),
        ("", "equals", ""),
    ]
    response = client.post(reverse("admin:leads_signal_add"), signal_form(world.product, rows))
    assert response.status_code == 302, response.context["errors"]
    signal = Signal.objects.get(key="invited")
    (mapping,) = signal.mappings.all()
    assert mapping.conditions == [
        {"property": "plan.name", "op": "equals", "value": "Pro"},
        {"property": "seats", "op": "at_least", "value": 20},
        {"property": "share", "op": "at_most", "value": 0.5},
        {"property": "coupon", "op": "missing"},
    ]
    page = client.get(reverse("admin:leads_signal_change", args=[signal.pk])).content.decode()
    assert 'value="plan.name"' in page
    assert 'value="0.5"' in page


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "equals", "Pro"), "say which property"),
        (("seats", "at_least", "many"), "is no number"),
        (("seats", "at_least", "nan"), "is no number"),
        (("seats", "equals", ""), "needs a value"),
        (("seats", "present", "1"), "takes no value"),
        (("seats", "like", "1"), "choose a comparison"),
    ],
)
def test_a_bad_condition_names_its_row_and_the_fix(
    world: World, client: Client, row: tuple[str, str, str], words: str
) -> None:
    form = signal_form(world.product, [row])
    page = client.post(reverse("admin:leads_signal_add"), form).content.decode()
    assert "Condition 1:" in page
    assert words in page
    assert not Signal.objects.exists()


def test_a_track_mapping_names_its_event(world: World, client: Client) -> None:
    form = signal_form(
        world.product, [], **{"mappings-0-event_name": "", "mappings-0-value_property": "x"}
    )
    page = client.post(reverse("admin:leads_signal_add"), form).content.decode()
    assert "names its event" in page


def test_outcome_is_recorded_by_the_service(world: World, client: Client) -> None:
    data = {
        "lead": world.leads[0].pk,
        "kind": "closed_won",
        "product": world.product.pk,
        "occurred_at_0": "2026-06-01",
        "occurred_at_1": "10:00:00",
        "amount": "100",
        "currency": "USD",
    }
    response = client.post(reverse("admin:leads_outcome_add"), data)
    assert response.status_code == 302, response.context["errors"]
    again = client.post(reverse("admin:leads_outcome_add"), data)
    assert "already exists" in again.content.decode()
    assert Outcome.objects.get().amount == 100


def test_past_events_are_mapped_anew(world: World, client: Client) -> None:
    signal = Signal.objects.create(product=world.product, key="s", name="S")
    url = reverse("admin:leads_signal_remap", args=[signal.pk])
    assert "All stored events" in client.get(url).content.decode()
    assert not RemapJob.objects.exists()
    response = client.post(url)
    job = RemapJob.objects.get()
    assert job.signal_ids == [signal.pk]
    assert response["Location"] == reverse("admin:leads_remapjob_change", args=[job.pk])
