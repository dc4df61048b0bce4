"""What is in use is not deleted: the answer says by what, and what to do instead."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from integrations.models import ApiToken, Delivery, Destination
from leads.models import AuditEntry, EventKey, Outcome, Product, Signal, Source
from routing.models import Play, Rep, Team
from rubrics.models import Criterion, Rubric, RubricVersion
from rubrics.uses import versions_naming
from tests.admin import of_outbound, of_plays
from tests.admin.forms import said
from tests.routing.plays.makers import make_play
from tests.rubrics.makers import AT
from tests.world import World, add_lead, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(leads=1)


def url(obj: Model, page: str = "delete") -> str:
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[obj.pk])


def play_with_runs(world: World) -> Play:
    of_plays.fill_plays(world, world.leads[0], 77)
    return Play.objects.filter(runs__isnull=False)[0]


def destination_with_deliveries(world: World) -> Destination:
    of_outbound.fill_outbound(world.leads[0], 77)
    return Delivery.objects.all()[0].destination


def source_with_events(world: World) -> Source:
    EventKey.objects.create(source=world.source, key="0" * 32)
    return world.source


def person_with_token(world: World) -> Any:
    person = make_person("rosa", staff=True)
    ApiToken.objects.issue(name="t", user_id=person.pk, scopes=["ingest"])
    return person


def group_with_people(world: World) -> Group:
    group = Group.objects.create(name="Guests")
    group.user_set.add(make_person("vera"))
    return group


USED: list[tuple[Callable[[World], Model], str, str]] = [
    (lambda world: world.product, "rubrics", "switch off its sources"),
    (source_with_events, "events", "Untick “Is active”"),
    (lambda world: world.rubric, "rubric versions", "Retire what is published"),
    (lambda world: world.rep, "1 PQL.", "Untick “Is available”"),
    (lambda world: world.rep.user, "PQLs they work or worked", "Untick “Active”"),
    (lambda world: world.rep.team, "reps", "Move its reps"),
    (person_with_token, "API tokens", "Untick “Active”"),
    (group_with_people, "vera", "take them out of it first"),
    (play_with_runs, "the log of its runs", "Switch it off instead"),
    (destination_with_deliveries, "deliveries", "Untick “Is on”"),
]


@pytest.mark.parametrize(("make", "use", "instead"), USED)
def test_what_is_in_use_stays(
    world: World, client: Client, make: Callable[[World], Model], use: str, instead: str
) -> None:
    obj = make(world)
    for answer in (client.get(url(obj)), client.post(url(obj), {"post": "yes"})):
        assert answer["Location"] == url(obj, "change")
        told = said(answer)
        assert "is not deleted. In use by: " in told
        assert use in told
        assert instead in told
    assert type(obj)._default_manager.filter(pk=obj.pk).exists()


@pytest.mark.parametrize("model", [Product, Source, Rubric, RubricVersion, Signal, Rep, Team])
def test_such_things_are_deleted_one_by_one(
    world: World, client: Client, model: type[Model]
) -> None:
    add_lead(world, 2)
    Signal.objects.create(product=world.product, key="a", name="A")
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    page = client.get(reverse(f"admin:{name}_changelist")).content.decode()
    assert "delete_selected" not in page
    row = model._default_manager.all()[0]
    data = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    client.post(reverse(f"admin:{name}_changelist"), data)
    assert model._default_manager.filter(pk=row.pk).exists()


def test_pages_that_ask_before_deleting_have_the_words_that_their_scripts_ask_for(
    world: World, client: Client
) -> None:
    outcome = Outcome.objects.create(lead=world.leads[0], kind="churned", occurred_at=AT)
    listed = reverse("admin:leads_outcome_changelist")
    several = {"action": "delete_selected", "_selected_action": outcome.pk}
    client.get(listed)  # the theme loads a list's filters from then on
    for answer in (client.get(url(outcome)), client.post(listed, several)):
        page = answer.content.decode()
        assert "Are you sure" in page
        assert page.index(reverse("admin:jsi18n")) < page.index("admin/js/calendar.js")


def test_a_signal_that_a_version_names_stays(world: World, client: Client) -> None:
    """Without it nobody could be scored by that version any more."""
    signal = Signal.objects.create(product=world.product, key="invited", name="Invited")
    other = Signal.objects.create(product=world.product, key="other", name="Other")
    Rubric.objects.create(product=world.product, key="second", name="Second")
    draft = RubricVersion.objects.create(rubric=world.rubric, number=2)
    Criterion.objects.create(
        version=draft, key="other", name="C", axis="behavior", measure="count",
        params={"signals": ["invited"]},
    )  # fmt: skip
    elsewhere = Product.objects.create(key="else", name="Else")
    assert versions_naming(signal) == [draft]
    assert versions_naming(other) == []  # a criterion of that key is no use of it
    assert versions_naming(Signal(product=elsewhere, key="invited")) == []
    told = said(client.post(url(signal), {"post": "yes"}))
    assert "In use by: Standard v2 (draft)." in told
    assert Signal.objects.filter(pk=signal.pk).exists()
    client.post(url(other), {"post": "yes"})
    assert not Signal.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("of_any_product", [True, False])
def test_a_signal_that_a_play_waits_for_stays(
    world: World, client: Client, of_any_product: bool
) -> None:
    """Else the play would stand switched on and never act again."""
    signal = Signal.objects.create(product=world.product, key="limit", name="Hit a limit")
    elsewhere = Product.objects.create(key="else", name="Else")
    others = [
        Signal.objects.create(product=elsewhere, key="limit", name="Theirs"),
        Signal.objects.create(product=world.product, key="other", name="Other"),
    ]
    play = make_play("signal_hit", params={"signals": ["limit"]}, on_since=None)
    Play.objects.update(product=None if of_any_product else world.product)
    told = said(client.post(url(signal), {"post": "yes"}))
    assert f"In use by: the play “{play}”." in told
    for other in others:
        client.post(url(other), {"post": "yes"})
    left = set(Signal.objects.filter(key__in=["limit", "other"]))
    assert left == ({signal, others[0]} if of_any_product else {signal})


@pytest.mark.parametrize(
    "columns",
    [
        {"activity_signals": ["invited"]},
        {
            "ceiling_behavior": 40,
            "ceiling_name": "Long on the free plan",
            "ceiling_conditions": [{"measure": "sequence", "steps": [["invited"], ["paid"]]}],
        },
    ],
)
def test_signals_are_named_outside_of_criteria_too(world: World, columns: dict[str, Any]) -> None:
    signal = Signal.objects.create(product=world.product, key="invited", name="Invited")
    RubricVersion.objects.create(rubric=world.rubric, number=2, **columns)
    assert [version.number for version in versions_naming(signal)] == [2]


def test_a_rubric_without_versions_is_deleted_and_that_is_recorded(
    world: World, client: Client
) -> None:
    rubric = Rubric.objects.create(product=world.product, key="second", name="Second")
    client.post(url(rubric), {"post": "yes"})
    assert not Rubric.objects.filter(pk=rubric.pk).exists()
    entry = AuditEntry.objects.get()
    # The checker cannot know that there is one.
    assert (entry.action, entry.label, entry.by.username) == ("deleted", "Second", "root")  # type: ignore[union-attr]
