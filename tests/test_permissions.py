"""Who gets what at every address of the project. A new URL without a row here fails."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from integrations.models.token import Scope
from routing.models import StateChange
from rubrics.models import Backtest, Preview, Proof, Publication
from tests.world import AT, World, make_person, make_world, token_client

pytestmark = pytest.mark.django_db


class Row(NamedTuple):
    """The status of a GET, by who asks: nobody, two roles, and a token with one scope each."""

    anonymous: int
    rep: int
    revops: int
    ingest: int
    read_scores: int
    work_pqls: int
    manage_rubrics: int


# Pages are for people: a token opens none of them.
PAGE = Row(302, 200, 200, 302, 302, 302, 302)
POST_ONLY_PAGE = Row(405, 405, 405, 405, 405, 405, 405)
READ_SCORES = Row(401, 200, 200, 403, 200, 403, 403)
READ_RUBRICS = Row(401, 200, 200, 403, 200, 403, 200)
WORK_PQLS = Row(401, 200, 200, 403, 403, 200, 403)
POST_ONLY = Row(401, 405, 405, 405, 405, 405, 405)
OPEN = Row(200, 200, 200, 200, 200, 200, 200)
NOTHING = Row(404, 404, 404, 404, 404, 404, 404)
ADMIN = Row(302, 302, 200, 302, 302, 302, 302)

TABLE: dict[str, Row] = {
    "api:schema": Row(401, 403, 200, 200, 200, 200, 200),
    "api:docs": Row(302, 403, 200, 200, 200, 200, 200),
    "api:lead-list": READ_SCORES,
    "api:lead-detail": READ_SCORES,
    "api:lead-score-score": READ_SCORES,
    "api:lead-score-lookup": READ_SCORES,
    "api:lead-score-evidence": READ_SCORES,
    "api:lead-score-compare": READ_SCORES,
    "api:account-list": READ_SCORES,
    "api:account-detail": READ_SCORES,
    "api:account-score-score": READ_SCORES,
    "api:account-scores-list": READ_SCORES,
    "api:score-list": READ_SCORES,
    "api:proof-list": READ_SCORES,
    "api:proof-latest": READ_SCORES,
    "api:preview-list": READ_RUBRICS,
    "api:preview-detail": READ_RUBRICS,
    "api:preview-leads": READ_RUBRICS,
    "api:backtest-list": READ_RUBRICS,
    "api:backtest-detail": READ_RUBRICS,
    "api:outcome-list": POST_ONLY,
    "api:pql-list": WORK_PQLS,
    "api:pql-detail": WORK_PQLS,
    "api:pql-accept": POST_ONLY,
    "api:pql-reject": POST_ONLY,
    "api:pql-snooze": POST_ONLY,
    "api:pql-undo": POST_ONLY,
    "api:rubric-list": READ_RUBRICS,
    "api:rubric-detail": READ_RUBRICS,
    "api:rubric-version-list": READ_RUBRICS,
    "api:rubric-version-detail": READ_RUBRICS,
    "api:rubric-version-preview": POST_ONLY,
    "api:rubric-version-publish": POST_ONLY,
    "api:rubric-version-compare": READ_RUBRICS,
    "api:rubric-schema": OPEN,
    "api:publication-list": READ_RUBRICS,
    "api:publication-detail": READ_RUBRICS,
    "api:unknown-path": NOTHING,
    "livez": OPEN,
    "readyz": OPEN,
    "segment-track": POST_ONLY_PAGE,
    "slack-actions": POST_ONLY_PAGE,
    "login": Row(200, 302, 302, 200, 200, 200, 200),
    "logout": POST_ONLY_PAGE,
    "routing:queue": PAGE,
    "routing:queue-pulse": PAGE,
    "routing:queue-advice": PAGE,
    "routing:queue-panel": PAGE,
    "routing:view-new": PAGE,
    "routing:view-edit": Row(302, 404, 404, 302, 302, 302, 302),  # everybody's own
    "routing:view-delete": POST_ONLY_PAGE,
    "routing:queue-selected": POST_ONLY_PAGE,
    "routing:queue-undo": POST_ONLY_PAGE,
    "routing:digest-away": POST_ONLY_PAGE,
    "routing:pql-reject": PAGE,
    "routing:pql-snooze": PAGE,
    "routing:pql-assign": PAGE._replace(rep=403),
    "routing:pql-touch": PAGE,
    "routing:pql-note": PAGE,
    "routing:pql-opportunity": PAGE,
    "routing:pql-won": PAGE,
    "routing:pql-lost": PAGE,
    "routing:pql-work": POST_ONLY_PAGE,
    "routing:task-list": PAGE,
    "routing:task-done": POST_ONLY_PAGE,
    "routing:task-undone": POST_ONLY_PAGE,
    "routing:draft-away": POST_ONLY_PAGE,
    "routing:undo": POST_ONLY_PAGE,
    "routing:availability": PAGE,
    "routing:rep-off": POST_ONLY_PAGE,
    "routing:rep-back": POST_ONLY_PAGE,
    "routing:rep-zone": POST_ONLY_PAGE,
    "routing:rep-resume": POST_ONLY_PAGE,
    "routing:review-list": PAGE._replace(rep=403),
    "routing:review-pass": POST_ONLY_PAGE,
    "routing:review-dismiss": POST_ONLY_PAGE,
    "routing:pilot-verdict": POST_ONLY_PAGE,
    "routing:inbox": PAGE,
    "routing:inbox-pulse": PAGE,
    "routing:alerts-read": POST_ONLY_PAGE,
    "routing:alert-open": POST_ONLY_PAGE,
    "routing:alert-read": POST_ONLY_PAGE,
    "routing:alert-unread": POST_ONLY_PAGE,
    "routing:alert-preferences": PAGE,
    "routing:alert-preferences-reset": POST_ONLY_PAGE,
    "routing:lead-list": PAGE,
    "routing:lead-show": PAGE,
    "routing:lead-brief": PAGE,
    "routing:lead-visit": POST_ONLY_PAGE,
    "routing:lead-events": PAGE,
    "routing:lead-evidence": PAGE,
    "routing:account-show": PAGE,
    "routing:preview-work": PAGE._replace(rep=403),
    "routing:help-scores": PAGE,
    "routing:help-keys": PAGE,
    "routing:rubric-sheet": PAGE,
}
# What their own sign-in guards instead of the CSRF token.
WITHOUT_CSRF = {"segment-track", "slack-actions"}


def names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Every URL name of the project, with its namespaces."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern, inner)


PLAIN_NAMES = sorted({name for name in names() if not name.startswith("admin:")})
ADMIN_NAMES = sorted({name for name in names() if name.startswith("admin:")})


@pytest.fixture
def world() -> World:
    Proof.objects.create(reason="nightly", state="done", started_at=AT, finished_at=AT)
    world = make_world(leads=1)
    Preview.objects.create(
        product=world.product, rubric=world.rubric, label="Draft", started_at=AT, finished_at=AT,
        state="done",
    )  # fmt: skip
    Publication.objects.create(
        kind="publish", product=world.product, version=world.version, state="done",
        started_at=AT, finished_at=AT, flipped_at=AT,
    )  # fmt: skip
    Backtest.objects.create(
        version=world.version, started_at=AT, finished_at=AT, state="done", since=AT,
        until=AT + timedelta(days=1), known_until=AT,
    )  # fmt: skip
    return world


def address(name: str, world: World) -> str:
    """The address of a name, with arguments that exist and that the rep may see."""
    lead = world.leads[0]
    by_name: dict[str, tuple[list[Any], str]] = {
        "api:lead-detail": ([lead.pk], ""),
        "api:lead-score-score": ([lead.pk], ""),
        "api:lead-score-lookup": ([], "?user_id=u0"),
        "api:lead-score-evidence": ([lead.pk], "?criterion=company_size"),
        "api:lead-score-compare": ([lead.pk], ""),
        "api:account-detail": ([lead.account_id], ""),
        "api:account-score-score": ([lead.account_id], ""),
        "api:backtest-detail": ([Backtest.objects.get().pk], ""),
        "api:rubric-detail": ([world.rubric.pk], ""),
        "api:rubric-version-detail": ([world.version.pk], ""),
        "api:preview-detail": ([Preview.objects.get().pk], ""),
        "api:preview-leads": ([Preview.objects.get().pk], ""),
        "routing:preview-work": ([Preview.objects.get().pk], ""),
        "api:rubric-version-preview": ([world.version.pk], ""),
        "api:rubric-version-publish": ([world.version.pk], ""),
        "api:rubric-version-compare": ([world.version.pk], f"?with={world.version.pk}"),
        "api:publication-detail": ([Publication.objects.get().pk], ""),
        "api:unknown-path": (["nothing/here/"], ""),
        "segment-track": (["track"], ""),
        "routing:digest-away": ([Publication.objects.get().pk], ""),
        "routing:pql-work": ([world.pqls[0].pk, "accept"], ""),
        **{f"routing:rep-{verb}": ([1], "") for verb in ("off", "back", "zone", "resume")},
        "routing:review-pass": ([1], ""),
        "routing:review-dismiss": ([1], ""),
        "routing:pilot-verdict": ([1], ""),
        "routing:task-done": ([1], ""),
        "routing:task-undone": ([1], ""),
        "routing:alert-open": ([1], ""),
        "routing:alert-read": ([1], ""),
        "routing:alert-unread": ([1], ""),
        "routing:draft-away": ([1], ""),
        "routing:undo": ([StateChange.objects.first().pk], ""),  # type: ignore[union-attr]
        "routing:queue-advice": ([world.scores[0].pk], ""),
        "routing:queue-panel": ([lead.pk], ""),
        "routing:queue-selected": (["accept"], ""),
        "routing:view-edit": ([1], ""),
        "routing:view-delete": ([1], ""),
        "routing:lead-show": ([lead.pk], ""),
        "routing:lead-brief": ([lead.pk], ""),
        "routing:lead-visit": ([lead.pk], ""),
        "routing:lead-events": ([lead.pk], "?before=2026-06-01T00:00:00Z&id=1"),
        "routing:lead-evidence": (
            [lead.pk, world.version.pk, "company_size"],
            "?at=2026-06-01T00:00:00Z",
        ),
        "routing:account-show": ([lead.account_id], ""),
        "routing:rubric-sheet": ([world.version.pk], ""),
    }
    is_pql = name.startswith(("api:pql-", "routing:pql-")) and name != "api:pql-list"
    args, query = by_name.get(name, ([world.pqls[0].pk] if is_pql else [], ""))
    return reverse(name, args=args) + query


def person(group: str, world: World) -> User:
    if group == "Rep":
        world.rep.user.groups.add(Group.objects.get(name=group))
        return world.rep.user
    somebody = make_person("rosa", staff=True)
    somebody.groups.add(Group.objects.get(name=group))
    return somebody


def clients(world: World) -> list[Client]:
    """In the order of :class:`Row`."""
    rep, revops = Client(), Client()
    rep.force_login(person("Rep", world))
    holder = person("RevOps", world)
    revops.force_login(holder)
    return [Client(), rep, revops, *(token_client(holder, scope) for scope in Scope)]


def test_every_url_has_a_row() -> None:
    assert set(PLAIN_NAMES) == set(TABLE)


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_who_gets_what(name: str, world: World) -> None:
    url = address(name, world)
    found = Row(*(client.get(url).status_code for client in clients(world)))
    assert found == TABLE[name]


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_posting_without_csrf_token_or_credentials_is_refused(name: str, world: World) -> None:
    url = address(name, world)
    signed_in = Client(enforce_csrf_checks=True)
    signed_in.force_login(person("RevOps", world))
    assert Client(enforce_csrf_checks=True).post(url).status_code in {401, 403, 404, 405}
    if name not in WITHOUT_CSRF:
        assert signed_in.post(url).status_code in {403, 404, 405}


def test_admin_is_for_staff(world: World) -> None:
    anonymous, rep, revops, *tokens = clients(world)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("root"))
    for name in ADMIN_NAMES:
        if name.removeprefix("admin:") in {"login", "logout", "None"}:
            continue
        url = admin_address(name)
        for outsider in (anonymous, rep, *tokens):
            response = outsider.get(url)
            assert response.status_code == 302, name
            assert "/admin/login/" in response["Location"], name
        assert revops.get(url).status_code in {200, 204, 302, 403, 404}, name
        assert strict.post(url).status_code in {403, 405}, name


def admin_address(name: str) -> str:
    for args in ([], ["1"], ["leads"], ["1", "1"]):
        try:
            return reverse(name, args=args)
        except Exception:  # noqa: BLE001 - the next arguments are tried
            continue
    raise AssertionError(f"no arguments fit {name}")
