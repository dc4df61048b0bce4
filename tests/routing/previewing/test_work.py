"""What a preview means for the reps' queues."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.models import Lead
from routing.models import LifecyclePolicy, Qualification, Rep
from routing.previewing import work_of
from rubrics.models import Preview, PreviewLead
from tests.world import AT, World, make_admin, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Three leads with an open PQL each: rita has two, omar one."""
    return make_world(leads=3)


@pytest.fixture
def preview(world: World) -> Preview:
    return Preview.objects.create(
        product=world.product, rubric=world.rubric, label="Standard v2", started_at=AT,
        finished_at=AT, state="done",
    )  # fmt: skip


def entering(preview: Preview, *leads: Lead, movement: str = "entered") -> None:
    PreviewLead.objects.bulk_create(
        PreviewLead(preview=preview, lead=lead, movement=movement) for lead in leads
    )


def fresh(count: int) -> list[Lead]:
    return [Lead.objects.create(name=f"Fresh {number}") for number in range(count)]


def loads(preview: Preview) -> dict[str, tuple[int, int, int, int]]:
    return {
        str(load.rep or team.name): (load.now, load.new, load.then, load.fading)
        for team in work_of(preview, at=AT).teams
        for load in team.loads
    }


def test_new_pqls_are_dealt_in_turn(world: World, preview: Preview) -> None:
    """Omar is next; five more are two rounds and one."""
    Rep.objects.filter(pk=world.rep.pk).update(last_dealt_at=AT)
    entering(preview, *fresh(5))
    assert work_of(preview, at=AT).opened == 5
    assert loads(preview) == {"omar": (1, 3, 4, 0), "rita": (2, 2, 4, 0)}
    assert {team.name: (team.now, team.then) for team in work_of(preview, at=AT).teams} == {
        "Partners": (1, 4), "Sales": (2, 4),
    }  # fmt: skip


def test_who_has_an_open_one_or_had_one_lately_gets_no_other(
    world: World, preview: Preview
) -> None:
    open_one, closed, *_ = world.leads
    closed_one = Qualification.objects.get(lead=closed)
    closed_one.state, closed_one.closed_at = "lost", AT - timedelta(days=1)
    closed_one.save()
    entering(preview, open_one, closed, *fresh(1))
    work = work_of(preview, at=AT)
    assert (work.opened, work.held, work.cooling) == (1, 1, 1)


def test_who_would_rise_enough_since_the_last_one_need_not_rest(
    world: World, preview: Preview
) -> None:
    lead = world.leads[0]
    then = AT - timedelta(days=1)
    Qualification.objects.filter(lead=lead).update(state="lost", closed_at=then, closed_total=60)
    entering(preview, lead)
    LifecyclePolicy.objects.create(early_rise=20)
    assert work_of(preview, at=AT).cooling == 1
    preview.leads.update(then_total=80)
    assert (work_of(preview, at=AT).opened, work_of(preview, at=AT).cooling) == (1, 0)


def test_open_work_stays_and_is_told_of(world: World, preview: Preview) -> None:
    entering(preview, world.leads[0], movement="left")
    assert loads(preview)["rita"] == (2, 0, 2, 1)


def test_nobody_to_deal_to(world: World, preview: Preview) -> None:
    Rep.objects.update(is_available=False)
    Qualification.objects.filter(lead=world.leads[0]).update(rep=None)
    entering(preview, *fresh(2))
    assert loads(preview)["Nobody's yet"] == (1, 2, 3, 0)


def test_fragment(world: World, preview: Preview, client: Client) -> None:
    entering(preview, *fresh(1))
    url = f"/previews/{preview.pk}/reps/"
    client.force_login(make_person("rob", "work_qualification"))
    assert client.get(url).status_code == 403
    client.force_login(make_admin())
    page = " ".join(client.get(url).content.decode().split())
    assert '<b class="text-important">1</b> new PQL would come' in page
    assert client.post(url).status_code == 405
    Preview.objects.update(document={"subject": "account"})
    assert "open no PQLs" in client.get(url).content.decode()
