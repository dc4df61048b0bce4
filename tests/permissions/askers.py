"""Everybody who may ask for an address, and the world they ask about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from integrations.models.token import Scope
from routing import services
from routing.alerts import raise_alert
from routing.models import Rep, SavedView, Task
from routing.models.alert import AlertKind, Severity
from routing.models.qualification import State
from rubrics.models import Backtest, Preview, Proof, Publication
from tests.world import AT, World, make_admin, make_person, make_world, token_client

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Row(NamedTuple):
    """The status of an answer, by who asks. What is asked for is the rep's own, where it is
    anybody's. Tokens have one scope each, and belong to somebody of RevOps."""

    anonymous: int
    newcomer: int  # signed in, in no group
    rep: int
    teammate: int
    stranger: int  # a rep of another team
    leader: int  # a rep who manages the rep's team
    manager: int
    revops: int
    ingest: int
    read_scores: int
    work_pqls: int
    manage_rubrics: int


PEOPLE = ("newcomer", "rep", "teammate", "stranger", "leader", "manager", "revops")
TOKENS = {
    Scope.INGEST: "ingest",
    Scope.READ_SCORES: "read_scores",
    Scope.WORK_PQLS: "work_pqls",
    Scope.MANAGE_RUBRICS: "manage_rubrics",
}


def row(
    *, anonymous: int, people: int, tokens: int, granted: int = 200, **others: int | str
) -> Row:
    """A row by rule: ``people`` and ``tokens`` but for the ``others``, named with their status."""
    statuses = dict.fromkeys(Row._fields, tokens) | dict.fromkeys(PEOPLE, people)
    # The statuses go by field names.
    return Row(**(statuses | {"anonymous": anonymous} | others))  # type: ignore[arg-type]


def told_to_htmx(rows: dict[str, Row]) -> dict[str, Row]:
    """The rows where htmx asks: it is told that one is signed out, not led to sign in."""
    out = ("anonymous", *TOKENS.values())
    return {
        name: one._replace(**{who: 401 for who in out if getattr(one, who) == 302})
        for name, one in rows.items()
    }


@dataclass
class Setting:
    """The world, shared by a module's tests, and a client for each asker."""

    world: World
    people: dict[str, User]
    clients: dict[str, Client]
    superuser: User
    root: Client

    def ask(self, asker: str, method: str, url: str, body: Any = None) -> HttpResponseBase:
        """What they get. Whatever they change is undone."""
        client = self.root if asker == "root" else self.clients[asker]
        cookies = client.cookies.copy()  # signing out would drop the session's
        with undone():
            response = send(client, method, url, body)
        client.cookies = cookies  # type: ignore[assignment]  # a copy of its own class
        return response


def send(client: Client, method: str, url: str, body: Any = None) -> HttpResponseBase:
    """As JSON to the API, as a form with htmx to pages: it tells a refusal by its status."""
    if method == "GET":
        return client.get(url)
    if url.startswith("/api/"):
        # The method is found by its name.
        return getattr(client, method.lower())(url, body or {}, content_type="application/json")  # type: ignore[no-any-return]
    if method == "POST":
        return client.post(url, body or {}, headers={"HX-Request": "true"})
    return client.generic(method, url)


@contextmanager
def undone() -> Iterator[None]:
    """A part of a transaction that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def make_setting() -> Setting:
    """Leads 0 to 3 have PQLs: the rep's, a stranger's, a teammate's and nobody's. The rep accepted
    that of lead 4 just now."""
    world = make_world(leads=5)
    team = world.rep.team
    mate = Rep.objects.create(user=make_person("tess"), team=team)
    people = {
        "newcomer": make_person("nina"),
        "rep": world.rep.user,
        "teammate": mate.user,
        "stranger": world.other_rep.user,
        "leader": make_person("lena"),
        "manager": make_person("max"),
        "revops": make_person("rosa", staff=True),
    }
    groups = {"manager": "Manager", "revops": "RevOps"}
    for name, user in people.items():
        if name != "newcomer":
            user.groups.add(Group.objects.get(name=groups.get(name, "Rep")))
    team.manager = people["leader"]
    team.save()
    _deal(world, mate)
    _jobs(world)
    clients = {"anonymous": Client(), **{name: _signed_in(user) for name, user in people.items()}}
    for scope, name in TOKENS.items():
        clients[name] = token_client(people["revops"], scope)
    superuser = make_admin()
    return Setting(world, people, clients, superuser, _signed_in(superuser))


def _deal(world: World, mate: Rep) -> None:
    theirs, nobodys = world.pqls[2:4]
    theirs.rep = mate
    nobodys.rep, nobodys.state, nobodys.assigned_at = None, State.NEW, None
    for pql in (theirs, nobodys):
        pql.save()
    # In an hour: the minute in which it can be undone is not over before a slow machine asks.
    at = timezone.now() + timedelta(hours=1)
    services.accept(world.pqls[4], by=world.rep.user, at=at)


def _jobs(world: World) -> None:
    done: dict[str, Any] = {"state": "done", "started_at": AT, "finished_at": AT}
    lead = world.leads[0]
    for key, done_at in (("", None), ("done", AT)):
        Task.objects.create(
            key=key, lead=lead, rep=world.rep, title="Write", created_at=AT, due_at=AT,
            made_by=world.rep.user, done_at=done_at,
        )  # fmt: skip
    raise_alert(
        key="own", kind=AlertKind.NEW_PQL, severity=Severity.NORMAL, user=world.rep.user,
        lead=lead, qualification=world.pqls[0], at=AT,
    )  # fmt: skip
    SavedView.objects.create(owner=world.rep.user, name="Mine", query="tab=mine")
    Proof.objects.create(reason="nightly", **done)
    Preview.objects.create(product=world.product, rubric=world.rubric, label="Draft", **done)
    Publication.objects.create(
        kind="publish", product=world.product, version=world.version, flipped_at=AT, **done
    )
    until = AT + timedelta(days=1)
    Backtest.objects.create(version=world.version, since=AT, until=until, known_until=AT, **done)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Every URL name of the project, with its namespaces."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern, inner)
