from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from integrations.models import Destination
from leads.models import Product
from routing import plays
from routing.models import Play, PlayDryRun
from routing.plays.examples import EXAMPLES
from routing.plays.words import came_of, sentence, vocabulary
from tests.factories.rubrics import AT
from tests.routing.plays.makers import hit, make_play, make_score, make_signal, run

pytestmark = pytest.mark.django_db

URL = "/admin/routing/play/"
GIVEN: dict[str, Any] = {
    "name": "Hot", "position": "10", "severity": "3", "limit_days": "7",
    "trigger": "total_reached", "at_least": "61",
    "conditions-field": ["Fit"], "conditions-op": ["at_least"], "conditions-value": ["20"],
    "do_task": "on", "task_title": "Call {first_name}", "task_priority": "3", "task_hours": "4",
    "do_tag": "on", "tag_name": "hot",
}  # fmt: skip


def test_play_is_kept_as_documents_and_shown_as_a_sentence(client: Client) -> None:
    response = client.post(f"{URL}add/", GIVEN)
    assert response.status_code == 302, response.context["adminform"].form.errors
    play = Play.objects.get()
    assert play.trigger_params == {"at_least": 61}
    assert play.conditions == [{"field": "fit", "op": "at_least", "value": 20}]
    assert [one["kind"] for one in play.actions] == ["task", "tag"]
    assert plays.problems_of(play) == []
    page = client.get(f"{URL}{play.pk}/change/").content.decode()
    assert "When a lead&#x27;s total rises to 61 or more, if Fit is at least 20" in page
    assert "due in 4 working hours, high priority; tag “hot”" in page
    assert "at most once in 7 days for a lead." in page


def test_play_is_shown_again_as_it_was_kept(client: Client) -> None:
    client.post(f"{URL}add/", GIVEN)
    play = Play.objects.get()
    form = client.get(f"{URL}{play.pk}/change/").context["adminform"].form
    initial = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    assert initial["at_least"] == 61
    assert (initial["do_task"], initial["task_hours"]) == (True, 4)
    assert not initial.get("do_draft")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("at_least", "", "Enter a total from 1 to 500."),
        ("task_title", "Call {nobody}", "There is no field {nobody}."),
        ("task_hours", "999", "Enter working hours from 0 to 200."),
        ("tag_name", "", "Enter a tag of 1 to 40 letters."),
        ("conditions-value", ["many"], "Condition 1"),
        ("trigger", "ready", "Choose at least one signal."),
    ],
)
def test_play_that_would_not_work_is_refused_by_field(
    client: Client, field: str, value: Any, said: str
) -> None:
    page = client.post(f"{URL}add/", {**GIVEN, field: value}).content.decode()
    assert said in page
    assert not Play.objects.exists()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("fax", "There is no webhook “fax”."),
        ("slack", "is no webhook"),
        ("old", "“Old” is switched off."),
    ],
)
def test_play_that_tells_nobody_is_refused_by_field(client: Client, key: str, said: str) -> None:
    hook = {"kind": "webhook", "url": "https://crm.example/"}
    Destination.objects.create(name="CRM", key="crm", **hook)
    Destination.objects.create(name="Old", key="old", is_on=False, **hook)
    Destination.objects.create(name="Slack", key="slack", kind="slack")
    given = {**GIVEN, "do_webhook": "on", "webhook_destination": key}
    form = client.post(f"{URL}add/", given).context["adminform"].form
    assert list(form.errors) == ["webhook_destination"]
    assert said in form.errors["webhook_destination"][0]
    choices = [value for value, _ in form.fields["webhook_destination"].widget.choices]
    assert choices[:3] == ["", "crm", "old"]
    assert not Play.objects.exists()
    assert client.post(f"{URL}add/", {**given, "webhook_destination": "crm"}).status_code == 302


def test_play_whose_destination_went_away_says_so(client: Client) -> None:
    hook = {"kind": "webhook", "url": "https://crm.example/"}
    crm = Destination.objects.create(name="CRM", key="crm", **hook)
    play = make_play("pql_opened", actions=[{"kind": "webhook", "destination": "crm"}])
    page = client.get(f"{URL}{play.pk}/change/")
    assert page.context["missing"] == []
    crm.delete()
    assert "There is no webhook “crm”." in client.get(f"{URL}{play.pk}/change/").content.decode()


def test_play_without_an_action_is_refused(client: Client) -> None:
    bare = {key: value for key, value in GIVEN.items() if not key.startswith("do_")}
    assert "Switch on at least one action." in client.post(f"{URL}add/", bare).content.decode()


def test_switch_on_and_off_ask_first(client: Client) -> None:
    play = make_play("pql_opened", on_since=None)
    address = f"{URL}{play.pk}/switch-on/"
    assert "never on the past" in client.get(address, follow=True).content.decode()
    assert not Play.objects.on()
    client.post(address)
    assert Play.objects.on().get() == play
    client.post(f"{URL}{play.pk}/switch-off/")
    assert not Play.objects.on()


def test_switch_on_of_what_could_not_act_says_why(client: Client) -> None:
    play = make_play("pql_opened", on_since=None, actions=[])
    page = client.post(f"{URL}{play.pk}/switch-on/", follow=True).content.decode()
    assert "is not switched on: Choose at least one action." in page


def test_dry_run_is_started_watched_and_read(client: Client) -> None:
    play = make_play("signal_hit", params={"signals": ["limit"]}, on_since=None)
    client.post(f"{URL}{play.pk}/dry-run/")
    job = PlayDryRun.objects.get()
    lead = make_score(lead__name="Ada King").lead
    hit(lead, "limit", at=job.until)
    plays.dry_run_some(at=job.until, seconds=5)
    page = client.get(f"/admin/routing/playdryrun/{job.pk}/change/").content.decode()
    assert "1 time</strong>" in page
    assert date_format(timezone.localtime(job.until), "j M, H:i") + "</li>" in page
    assert "Ada King" in page


@pytest.mark.parametrize("key", EXAMPLES)
def test_examples_can_be_started_with_and_switched_on(client: Client, key: str) -> None:
    for signal in ("usage_limit_hit", "premium_feature_attempted"):
        make_signal(signal)
    page = client.get(f"{URL}examples/", follow=True).content.decode()
    assert EXAMPLES[key].name in page
    assert "Not ready" not in page
    client.post(f"{URL}examples/", {"example": key})
    play = Play.objects.get()
    assert not play.is_on
    assert plays.turn_on(play, by=None, at=AT)


def test_example_made_twice_gets_a_number(client: Client) -> None:
    for _ in range(2):
        client.post(f"{URL}examples/", {"example": "falling"})
    assert set(Play.objects.values_list("name", flat=True)) == {"Falling fast", "Falling fast 2"}
    assert client.post(f"{URL}examples/", {"example": "no such"}).status_code == 404


def test_came_of_counts_runs_by_outcome() -> None:
    play = make_play("signal_hit", params={"signals": ["limit"]})
    lead = make_score().lead
    for _ in range(2):
        hit(lead, "limit", at=AT)
    run(AT)
    came = came_of(play)
    assert (came.fired, came.skipped, came.failed, came.touched) == (1, 1, 0, 0)


def test_sentence_of_a_play_for_one_product_names_it() -> None:
    play = Play(
        trigger="total_reached", trigger_params={"at_least": 61}, product=Product(name="Notes"),
        actions=[{"kind": "tag", "name": "hot"}],
    )  # fmt: skip
    assert sentence(play, vocabulary(None)).startswith(
        "For Notes, when a lead's total rises to 61 or more: tag “hot”"
    )


def test_sentence_of_what_could_not_act_says_what_is_missing() -> None:
    play = make_play("total_reached", on_since=None)
    assert sentence(play, vocabulary(None)) == "Not ready: Trigger: Enter a total from 1 to 500."


def test_run_says_in_words_what_caused_it_and_what_was_asked(client: Client) -> None:
    play = make_play("signal_hit", params={"signals": ["limit"]})
    lead = make_score().lead
    hit(lead, "limit", at=AT)
    run(AT)
    one = play.runs.get()
    page = client.get(f"/admin/routing/playrun/{one.pk}/change/").content.decode()
    assert f"An event (number {one.cause.partition(':')[2]})" in page
    assert "None asked" in page
    assert f"{play}, {lead}: acted" in page
