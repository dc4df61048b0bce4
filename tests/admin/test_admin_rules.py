from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import AuditEntry
from routing.dealing.rules import Pool
from routing.models import AccountOwner, Pilot, Replay, ReviewPolicy, RuleSet, Territory
from routing.services.rules import draft_rules, publish_rules
from tests.admin.forms import form_of, said
from tests.world import AT, World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture
def world() -> World:
    return make_world()


def _url(name: str, *args: Any) -> str:
    return reverse(f"admin:routing_{name}", args=args)


def _rule(number: int, **values: Any) -> dict[str, Any]:
    """A new rule's inputs in the page of a draft."""
    given = {
        "name": "Germany", "is_on": "on", "pool": "everybody", "way": "even", "closed": "first",
        "position": number, "conditions-field": "Country", "conditions-op": "is",
        "conditions-value": "DE", **values,
    }  # fmt: skip
    return {f"rules-{number}-{name}": value for name, value in given.items()}


def _save(client: Client, draft: RuleSet, **rule: Any) -> Any:
    page = _url("ruleset_change", draft.pk)
    data = form_of(client, page) | _rule(0, **rule) | {"rules-TOTAL_FORMS": "1"}
    return client.post(page, data)


def test_rules_are_drafted_edited_and_published_on_record(client: Client, world: World) -> None:
    edit = _url("ruleset_edit_rules")
    assert b"Begin a draft" in client.get(edit).content
    assert not RuleSet.objects.exists()  # looking begins nothing
    answer = client.post(edit)
    draft = RuleSet.objects.get()
    assert answer["Location"] == client.get(edit)["Location"]

    assert _save(client, draft).status_code == 302
    rule = draft.rules.get()
    assert rule.conditions == [{"field": "country", "op": "is", "value": "DE"}]
    assert AuditEntry.objects.filter(about="routing.ruleset", action="edited").exists()

    publish = _url("ruleset_publish", draft.pk)
    assert client.get(publish).status_code == 200
    assert "Live." in said(client.post(publish))
    live = RuleSet.objects.get()
    assert (live.status, len(live.document)) == ("live", 1)
    page = client.get(_url("ruleset_change", live.pk)).content.decode()
    assert "Country is DE" in page
    assert "rules-0-name" not in page


def test_a_new_rule_is_asked_last_until_it_is_moved(client: Client) -> None:
    draft = draft_rules(by=None, at=AT)
    for position, name in enumerate(("Named", "Territory"), 1):
        draft.rules.create(name=name, position=position)
    page = _url("ruleset_change", draft.pk)
    # As the page sends it: a row that was just added has no place of its own.
    new = {**_rule(2), **_rule(3, name="Austria")}
    new |= {f"rules-{number}-position": 0 for number in (2, 3)}
    answer = client.post(page, form_of(client, page) | new | {"rules-TOTAL_FORMS": "4"})
    assert answer.status_code == 302
    names = list(draft.rules.values_list("name", flat=True))
    assert names == ["Named", "Territory", "Germany", "Austria"]


def test_rules_are_moved_by_buttons_on_record(client: Client) -> None:
    draft = draft_rules(by=None, at=AT)
    for name in ("Named", "Territory", "Rest"):
        draft.rules.create(name=name, key=name.lower())  # all of the same place, as it may be
    page = _url("ruleset_change", draft.pk)

    def press(button: str, key: str, **typed: str) -> Any:
        return client.post(page, form_of(client, page) | typed | {button: key})

    def names() -> list[str]:
        return list(draft.rules.order_by("position", "pk").values_list("name", flat=True))

    shown = client.get(page).content.decode()
    assert 'aria-label="Move Rest up, to number 2 of 3"' in shown
    answer = press("_earlier", "rest", **{"rules-0-name": "VIPs"})  # what was typed is saved, too
    assert answer["Location"] == f"{page}#rule-rest"
    assert "“Rest” is number 2 of 3." in said(answer)
    assert names() == ["VIPs", "Rest", "Territory"]
    kept = AuditEntry.objects.filter(action="edited").values_list("field", flat=True)
    assert sorted(field.rpartition(".")[2] for field in kept) == ["name", "place", "place"]
    press("_later", "named")
    assert names() == ["Rest", "VIPs", "Territory"]
    press("_earlier", "rest")  # the first stays the first
    press("_later", "gone")
    assert names() == ["Rest", "VIPs", "Territory"]
    refused = press("_later", "rest", **{"rules-1-name": ""})
    assert refused.status_code == 200
    assert names() == ["Rest", "VIPs", "Territory"]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"conditions-field": "Contry"}, "Condition 1: there is no “Contry”"),
        ({"pool": "reps"}, "Choose the reps it deals among"),
        ({"pool": "teams"}, "Choose the teams it deals among"),
    ],
)
def test_wrong_rules_are_refused_with_the_fix_and_lose_nothing(
    client: Client, rule: dict[str, Any], says: str
) -> None:
    draft = draft_rules(by=None, at=AT)
    page = _save(client, draft, **rule).content.decode()
    assert says in page
    assert "Germany" in page
    assert not draft.rules.exists()


def test_a_draft_with_a_rule_for_nobody_is_not_published(client: Client) -> None:
    draft = draft_rules(by=None, at=AT)
    draft.rules.create(name="Empty", pool=Pool.REPS)
    answer = client.post(_url("ruleset_publish", draft.pk))
    assert "“Empty”: choose the reps" in said(answer)
    assert RuleSet.objects.live() is None


def test_simulator_finds_a_lead_and_tells_each_rule(client: Client, world: World) -> None:
    draft = draft_rules(by=None, at=AT)
    draft.rules.create(
        name="Germany", conditions=[{"field": "country", "op": "is", "value": "DE"}]
    )  # fmt: skip
    url = _url("ruleset_simulate", draft.pk)
    assert "Name, e-mail, company" in client.get(url).content.decode()
    found = client.get(url, {"q": "Lead 1"}).content.decode()
    assert f"?lead={world.leads[1].pk}" in found
    assert "Nobody is found by" in client.get(url, {"q": "zzz"}).content.decode()
    page = client.get(url, {"lead": world.leads[1].pk}).content.decode()
    assert "would get it now" in page
    assert "Country is DE: unknown" in page
    assert "Fallback: everybody in turn" in page
    assert client.get(url, {"lead": "x", "q": "\x00"}).status_code == 200


def test_simulator_tells_of_reviews_and_pilots(client: Client, world: World) -> None:
    now = timezone.now()
    pilot = Pilot.objects.create(
        name="March", starts_at=now - timedelta(1), ends_at=now + timedelta(1), share=0
    )
    pilot.reps.add(world.rep)
    ReviewPolicy.objects.create(name="New rubric")
    url = _url("ruleset_simulate", draft_rules(by=None, at=AT).pk)
    page = client.get(url, {"lead": world.leads[1].pk}).content.decode()
    assert "“New rubric” holds it back" in page
    assert "The pilot “March” runs: this lead is its reps’ alone" in page


def test_replay_is_started_and_shown(client: Client, world: World) -> None:
    live = publish_rules(draft_rules(by=None, at=AT), by=None, at=AT)
    url = _url("ruleset_replay", live.pk)
    assert "The last 14 days" in client.get(url).content.decode()
    answer = client.post(url, {"choice": "The last 14 days"})
    replay = Replay.objects.get()
    assert answer["Location"] == _url("replay_change", replay.pk)
    assert replay.label == f"the last 14 days by {live}"
    assert client.post(url)["Location"] == answer["Location"]  # the one that runs
    assert "Waiting for a worker" in client.get(answer["Location"]).content.decode()


def test_territories_read_words_and_are_on_record(client: Client, world: World) -> None:
    add = _url("territory_add")
    data = {
        "name": "DACH", "countries": "DE, Austria, DE", "regions": "", "industries": "SaaS",
        "employees_from": "500", "employees_to": "50", "reps": [world.rep.pk],
    }  # fmt: skip
    assert "Swap them" in client.post(add, data).content.decode()
    client.post(add, data | {"employees_to": ""})
    territory = Territory.objects.get()
    assert (territory.countries, list(territory.reps.all())) == (["DE", "Austria"], [world.rep])
    assert AuditEntry.objects.filter(about="routing.territory", action="added").exists()
    client.post(_url("territory_delete", territory.pk), {"post": "yes"})
    assert AuditEntry.objects.filter(about="routing.territory", action="deleted").exists()


def test_owners_of_many_accounts_are_set_by_a_list(client: Client, world: World) -> None:
    url = _url("accountowner_set_many")
    assert client.get(url).status_code == 200
    listed = '"C0.example",Company\ngroup-1\n\nnowhere.example\n'
    answer = client.post(url, {"rep": world.rep.pk, "accounts": listed})
    assert "owns 2 of these accounts" in said(answer)
    assert "left out: nowhere.example" in said(answer)
    owned = AccountOwner.objects.order_by("account").values_list("account__name", "rep")
    assert list(owned) == [("Company 0", world.rep.pk), ("Company 1", world.rep.pk)]
    assert "required" in client.post(url, {"rep": "", "accounts": "a"}).content.decode()
