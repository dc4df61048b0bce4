from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routing.models import Forecast, OnboardingSeen, Qualification
from routing.models.qualification import RejectReason, State
from tests.factories.routing import RepFactory, TeamFactory, UserFactory, make_manager, make_pql
from tests.factories.rubrics import make_version
from tests.rubrics.test_account_scores import publish_for_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya() -> User:
    user: User = RepFactory.create().user
    return user


@pytest.fixture
def signed_in(client: Client, maya: User) -> Client:
    client.force_login(maya)
    return client


def _falling(pql: Qualification, days: int) -> Qualification:
    now = timezone.now()
    Forecast.objects.create(
        qualification=pql, lead=pql.lead, product=pql.product, revision=1, gain=0,
        because="4 days without a login",
        falls_at=now + timedelta(days=days), due_at=now + timedelta(days=days),
    )  # fmt: skip
    return pql


def _examples(client: Client) -> dict[str, Any]:
    """The lead's name by the kind of example; None: made up."""
    shown = client.get("/guide/").context["examples"]
    return {one.kind.value: one.row and one.row.pql.lead.name for one in shown}


def test_examples_are_the_reps_own_open_pqls(signed_in: Client, maya: User) -> None:
    make_pql(rep=maya.rep, lead__name="hot", fit=32, behavior=98)
    make_pql(rep=maya.rep, lead__name="quiet", fit=40, behavior=42)
    make_pql(rep=maya.rep, lead__name="better used", fit=40, behavior=60)
    _falling(make_pql(rep=maya.rep, lead__name="fading", fit=22, behavior=60), days=2)
    _falling(make_pql(rep=maya.rep, lead__name="later", fit=22, behavior=60), days=5)
    _falling(make_pql(rep=maya.rep, lead__name="far", fit=22, behavior=60), days=30)
    # Hotter, fitter and sooner, but not hers, or not open.
    _falling(make_pql(rep=RepFactory.create(), fit=40, behavior=99), days=1)
    over = {"state": State.WON, "closed_at": timezone.now()}
    make_pql(rep=maya.rep, fit=40, behavior=99, **over)
    assert _examples(signed_in) == {"hot": "hot", "quiet": "quiet", "fading": "fading"}

    page = signed_in.get("/guide/").content.decode()
    assert "Made-up example" not in page
    assert "Company size is known" in page  # what makes the quiet one strong
    assert "4 days without a login" in page
    assert "Falls below" in page


def test_what_the_rep_has_not_the_team_may_have(signed_in: Client, maya: User) -> None:
    make_pql(rep=maya.rep, lead__name="only", fit=32, behavior=80)
    mate = RepFactory.create()
    stranger = RepFactory.create(team=TeamFactory.create(name="Europe"))
    make_pql(rep=mate, lead__name="mate's", fit=40, behavior=45)
    _falling(make_pql(rep=stranger, lead__name="a stranger's"), days=1)
    assert _examples(signed_in) == {"hot": "only", "quiet": "mate's", "fading": None}
    page = signed_in.get("/guide/").content.decode()
    assert page.count("Made-up example") == 1


def test_one_pql_is_one_example(signed_in: Client, maya: User) -> None:
    _falling(make_pql(rep=maya.rep, lead__name="one", fit=40, behavior=45), days=1)
    assert _examples(signed_in) == {"hot": "one", "quiet": None, "fading": None}


def test_much_used_is_no_example_of_little_use(signed_in: Client, maya: User) -> None:
    for number in range(3):
        make_pql(rep=maya.rep, fit=32, behavior=80 + number)
    assert _examples(signed_in)["quiet"] is None


def test_who_has_no_queue_sees_made_up_examples(client: Client) -> None:
    rep = RepFactory.create(user=UserFactory.create(permissions=()))
    make_pql(rep=rep)
    client.force_login(rep.user)
    assert set(_examples(client).values()) == {None}
    assert client.get("/guide/").content.decode().count("Made-up example") == 3


def test_guide_has_the_numbers_of_the_rubric_and_of_the_settings(signed_in: Client) -> None:
    cache.clear()
    assert "No rubric is published yet" in signed_in.get("/guide/").content.decode()
    version = make_version()
    page = signed_in.get("/guide/").content.decode()
    assert f"<b>{version.min_total}</b>" in page
    assert f"Fit goes from 0 to {version.max_fit}" in page
    assert "Behavior does not fade" in page
    assert f"for {settings.QUALIFICATION_COOLDOWN_DAYS} days" in page
    assert all(label.lower() in page for label in RejectReason.labels)


def test_rubrics_of_companies_make_no_pqls(signed_in: Client) -> None:
    publish_for_accounts(make_version().rubric.product)
    rubrics = signed_in.get("/guide/").context["rubrics"]
    assert [live["version"].rubric.key for live in rubrics] == ["small"]


def test_guide_and_scores_link_to_each_other(signed_in: Client) -> None:
    assert 'href="/help/scores/"' in signed_in.get("/guide/").content.decode()
    page = signed_in.get("/help/scores/").content.decode()
    assert page.count('href="/guide/"') == 2  # the menu's and the text's


def test_queries_do_not_grow_with_the_pqls(signed_in: Client, maya: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            signed_in.get("/guide/")
        return len(queries)

    for _ in range(2):
        make_pql(rep=maya.rep, fit=40, behavior=45)
    asked()  # the rules of the rubric are kept from now on
    few = asked()
    for number in range(8):
        _falling(make_pql(rep=maya.rep, fit=22, behavior=60 + number), days=2)
    assert asked() <= few
    assert few <= 18


def test_hint_in_the_queue_until_it_is_put_away(signed_in: Client, maya: User) -> None:
    assert "New here?" in signed_in.get("/").content.decode()
    signed_in.get("/guide/")
    assert not OnboardingSeen.objects.exists()  # looking writes nothing

    response = signed_in.post("/guide/away/", follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [("/", 302)]
    assert "The guide stays in the menu" in page
    assert "New here?" not in page
    assert 'href="/guide/"' in page
    assert OnboardingSeen.objects.get().user == maya

    signed_in.force_login(make_manager())
    assert "New here?" in signed_in.get("/").content.decode()


def test_the_hint_costs_no_query(signed_in: Client, maya: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            signed_in.get("/")
        return len(queries)

    asked()
    shown = asked()
    OnboardingSeen.objects.create(user=maya, at=timezone.now())
    assert asked() == shown


def test_rules_in_brief_are_read_once(signed_in: Client) -> None:
    cache.clear()
    make_version()
    signed_in.get("/guide/")
    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/guide/")
    assert not any("rubrics_criterion" in query["sql"] for query in queries)
