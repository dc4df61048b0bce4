"""Who gets what at every address of the project, by every method.

A new URL without a row in GETS fails; so does one that answers to another method than GET without
a row in POSTS. In tests/permissions: whose PQL may be worked by whom, and the admin.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from routing.models import Alert, SavedView, Task
from rubrics.models import Backtest, Preview, Publication
from tests.permissions.askers import METHODS, PEOPLE, Row, Setting, names, row, told_to_htmx
from tests.world import World

pytestmark = pytest.mark.django_db

# Pages are for people: a token opens none of them.
PAGE = row(anonymous=302, people=200, tokens=302)
# What is a person's own is there for nobody else.
OWN_PAGE = row(anonymous=302, people=404, tokens=302, rep=200)
WORK_PAGE = PAGE._replace(newcomer=403)
# What another team works is not there.
TEAM_PAGE = WORK_PAGE._replace(stranger=404)
LEADER_PAGE = WORK_PAGE._replace(rep=403, teammate=403, stranger=403)
REVOPS_PAGE = LEADER_PAGE._replace(leader=403, manager=403)
# By script, an action that is done answers 204, and one that is refused 409.
ACT = row(anonymous=302, people=204, tokens=302)._replace(newcomer=403, teammate=409, stranger=404)
LEAD_REP = ACT._replace(teammate=404)
TOO_EARLY = ACT._replace(rep=409, leader=409, manager=409, revops=409)
# The API is for tokens, and for people whose groups grant the same.
READ_SCORES = row(anonymous=401, people=403, tokens=403, manager=200, revops=200, read_scores=200)
READ_RUBRICS = READ_SCORES._replace(manage_rubrics=200)
MANAGE_RUBRICS = row(anonymous=401, people=403, tokens=403, revops=200, manage_rubrics=200)
WORK_PQLS = row(anonymous=401, people=200, tokens=403, newcomer=403, work_pqls=200)
WORK_THIS_PQL = WORK_PQLS._replace(stranger=404)
# The rep's own; to others, and to a token of somebody else, it is not there.
OWN_ALERT = row(anonymous=401, people=404, tokens=403, newcomer=403, rep=200, work_pqls=404)
ACT_ON_PQL = WORK_THIS_PQL._replace(teammate=403)
API_TOO_EARLY = ACT_ON_PQL._replace(rep=409, leader=409, manager=409, revops=409, work_pqls=409)
OPEN = row(anonymous=200, people=200, tokens=200)
NOTHING = row(anonymous=404, people=404, tokens=404)
API_DOCS = row(anonymous=401, people=403, tokens=200, revops=200)
NO_GET = row(anonymous=405, people=405, tokens=405)
NO_API_GET = NO_GET._replace(anonymous=401)
POST_ONLY_PAGE, POST_ONLY = NO_GET, NO_API_GET
TO_DO = ("done", "give", "leave", "remove", "take")
SCORE_CALLS = ("score-score", "score-compare")
OF_LEAD = ("lead-show", "lead-visit", "queue-panel", "tag-off", "tag-on", "task-new")
MOMENT = "?at=2026-06-01T00:00:00Z"

GETS: dict[str, Row] = {
    "api:schema": API_DOCS,
    "api:docs": API_DOCS._replace(anonymous=302),
    "api:lead-list": READ_SCORES,
    "api:lead-detail": READ_SCORES,
    "api:lead-score-score": READ_SCORES,
    "api:lead-score-lookup": READ_SCORES,
    "api:lead-score-evidence": READ_SCORES,
    "api:lead-score-compare": READ_SCORES,
    "api:account-list": READ_SCORES,
    "api:account-detail": READ_SCORES,
    "api:account-score-score": READ_SCORES,
    # No rubric scores companies here, so no line of theirs has events.
    "api:account-score-evidence": READ_SCORES._replace(manager=404, revops=404, read_scores=404),
    "api:account-score-compare": READ_SCORES,
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
    "api:pql-detail": WORK_THIS_PQL,
    "api:pql-accept": POST_ONLY,
    "api:pql-assign": POST_ONLY,
    "api:pql-reject": POST_ONLY,
    "api:pql-snooze": POST_ONLY,
    "api:pql-changes": WORK_THIS_PQL,
    "api:pql-touch": POST_ONLY,
    "api:pql-note": POST_ONLY,
    "api:pql-contacted": POST_ONLY,
    "api:pql-opportunity": POST_ONLY,
    "api:pql-won": POST_ONLY,
    "api:pql-lost": POST_ONLY,
    "api:pql-undo": POST_ONLY,
    "api:alert-list": WORK_PQLS,
    "api:alert-detail": OWN_ALERT,
    **{f"api:alert-{verb}": POST_ONLY for verb in ("read", "unread", "read-all")},
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
    "login": row(anonymous=200, people=302, tokens=200),
    "logout": POST_ONLY_PAGE,
    "routing:queue": WORK_PAGE,
    "routing:queue-advice": TEAM_PAGE,
    "routing:queue-panel": TEAM_PAGE,
    "routing:queue-selected": POST_ONLY_PAGE,
    "routing:view-new": WORK_PAGE,
    "routing:view-edit": OWN_PAGE._replace(newcomer=403),
    "routing:view-delete": POST_ONLY_PAGE,
    "routing:inbox": PAGE,
    "routing:inbox-pulse": PAGE,
    "routing:alerts-read": POST_ONLY_PAGE,
    "routing:alert-open": POST_ONLY_PAGE,
    "routing:alert-read": POST_ONLY_PAGE,
    "routing:alert-unread": POST_ONLY_PAGE,
    "routing:alert-preferences": PAGE,
    "routing:alert-preferences-reset": POST_ONLY_PAGE,
    "routing:queue-undo": POST_ONLY_PAGE,
    "routing:queue-pulse": WORK_PAGE,
    "routing:digest-away": POST_ONLY_PAGE,
    "routing:pql-reject": TEAM_PAGE,
    "routing:pql-snooze": TEAM_PAGE,
    "routing:pql-assign": LEADER_PAGE,
    "routing:pql-touch": TEAM_PAGE,
    "routing:pql-note": TEAM_PAGE,
    "routing:pql-opportunity": TEAM_PAGE,
    "routing:pql-won": TEAM_PAGE,
    "routing:pql-lost": TEAM_PAGE,
    "routing:pql-work": POST_ONLY_PAGE,
    "routing:task-list": WORK_PAGE,
    "routing:task-new": TEAM_PAGE,
    **{f"routing:task-{verb}": POST_ONLY_PAGE for verb in ("undone", *TO_DO)},
    "routing:task-give": LEADER_PAGE,
    "routing:tag-on": POST_ONLY_PAGE,
    "routing:tag-off": POST_ONLY_PAGE,
    "routing:undo": POST_ONLY_PAGE,
    "routing:lead-list": WORK_PAGE,
    "routing:lead-show": TEAM_PAGE,
    "routing:lead-visit": POST_ONLY_PAGE,
    "routing:draft-away": POST_ONLY_PAGE,
    "routing:lead-events": TEAM_PAGE,
    "routing:lead-evidence": TEAM_PAGE,
    "routing:account-show": WORK_PAGE,
    "routing:account-evidence": WORK_PAGE,
    "routing:preview-work": REVOPS_PAGE,
    "routing:availability": WORK_PAGE,
    # Of reps alone; each sees their own.
    "routing:my-numbers": PAGE._replace(newcomer=403, leader=403, manager=403, revops=403),
    "routing:team": LEADER_PAGE,
    "routing:team-export": LEADER_PAGE,
    # The rep's list.
    "routing:team-pqls": PAGE._replace(newcomer=403, teammate=404, stranger=404),
    "routing:rep-off": POST_ONLY_PAGE,
    "routing:rep-back": POST_ONLY_PAGE,
    "routing:rep-zone": POST_ONLY_PAGE,
    "routing:rep-resume": POST_ONLY_PAGE,
    "routing:review-list": LEADER_PAGE._replace(leader=403),
    "routing:review-pass": POST_ONLY_PAGE,
    "routing:review-dismiss": POST_ONLY_PAGE,
    "routing:pilot-verdict": row(anonymous=302, people=404, tokens=302, newcomer=403),
    "routing:guide": PAGE,
    "routing:guide-away": POST_ONLY_PAGE,
    "routing:help-keys": PAGE,
    "routing:help-scores": PAGE,
    "routing:rubric-sheet": PAGE,
}
# What is sent comes from BODIES: it would be done, were it allowed.
POSTS: dict[str, Row] = {
    # Nobody signed up who could be looked at.
    "api:backtest-list": MANAGE_RUBRICS._replace(revops=400, manage_rubrics=400),
    "api:outcome-list": row(anonymous=401, people=403, tokens=403, revops=201, ingest=201),
    "api:pql-accept": ACT_ON_PQL,
    "api:pql-assign": ACT_ON_PQL._replace(rep=403, stranger=403),
    "api:pql-reject": ACT_ON_PQL,
    "api:pql-snooze": ACT_ON_PQL,
    # On any that one sees.
    "api:pql-note": WORK_THIS_PQL,
    # Accepted first; see tests/permissions/test_pqls.py.
    "api:pql-touch": API_TOO_EARLY,
    "api:pql-contacted": API_TOO_EARLY,
    "api:pql-opportunity": API_TOO_EARLY,
    "api:pql-won": API_TOO_EARLY,
    "api:pql-lost": API_TOO_EARLY,
    **dict.fromkeys(("api:alert-read", "api:alert-unread"), OWN_ALERT),
    "api:alert-read-all": WORK_PQLS,
    # By who did it, who manages them, or who sees everything.
    "api:pql-undo": ACT_ON_PQL,
    "api:rubric-version-preview": MANAGE_RUBRICS._replace(revops=202, manage_rubrics=202),
    # Published already.
    "api:rubric-version-publish": MANAGE_RUBRICS._replace(revops=409, manage_rubrics=409),
    "api:unknown-path": NOTHING,
    # Its own sign-in: a source's write key.
    "segment-track": row(anonymous=401, people=401, tokens=401),
    # And Slack's signature.
    "slack-actions": row(anonymous=401, people=401, tokens=401),
    "login": row(anonymous=200, people=302, tokens=200),
    "logout": row(anonymous=302, people=302, tokens=302),
    "routing:view-new": WORK_PAGE._replace(**dict.fromkeys(PEOPLE[1:], 422)),  # nothing was told
    "routing:view-edit": OWN_PAGE._replace(newcomer=403, rep=422),
    "routing:view-delete": OWN_PAGE._replace(newcomer=403, rep=302),
    "routing:alerts-read": row(anonymous=302, people=204, tokens=302),
    "routing:alert-open": OWN_PAGE._replace(rep=302),
    "routing:alert-read": OWN_PAGE._replace(rep=204),
    "routing:alert-unread": OWN_PAGE._replace(rep=204),
    "routing:alert-preferences": row(anonymous=302, people=422, tokens=302),  # nothing was told
    "routing:alert-preferences-reset": row(anonymous=302, people=302, tokens=302),
    # Of what cannot be acted on, nothing is done and each is told; what is not seen is not told.
    "routing:queue-selected": ACT._replace(stranger=409),
    "routing:queue-undo": ACT._replace(stranger=409),
    "routing:rep-off": LEAD_REP,
    "routing:rep-back": LEAD_REP,
    "routing:rep-zone": LEAD_REP,
    "routing:rep-resume": LEAD_REP._replace(rep=409),  # by working, not by a click
    # It does not wait for a review.
    "routing:review-pass": LEADER_PAGE._replace(leader=403, manager=409, revops=409),
    "routing:review-dismiss": LEADER_PAGE._replace(leader=403, manager=409, revops=409),
    "routing:lead-visit": WORK_PAGE._replace(
        **(dict.fromkeys(PEOPLE[1:], 204) | {"stranger": 404})
    ),
    "routing:draft-away": row(anonymous=302, people=404, tokens=302, newcomer=403),  # there is none
    # There is no pilot; a rep answers for themselves alone.
    "routing:pilot-verdict": row(anonymous=302, people=404, tokens=302, newcomer=403),
    "routing:digest-away": row(anonymous=302, people=204, tokens=302, newcomer=403),
    "routing:guide-away": row(anonymous=302, people=204, tokens=302, newcomer=403),
    "routing:pql-reject": ACT,
    "routing:pql-snooze": ACT,
    "routing:pql-assign": LEADER_PAGE._replace(leader=204, manager=204, revops=204),
    "routing:pql-note": ACT._replace(teammate=204),
    # Accepted first; see tests/permissions/test_pqls.py.
    "routing:pql-touch": TOO_EARLY,
    "routing:pql-opportunity": TOO_EARLY,
    "routing:pql-won": TOO_EARLY,
    "routing:pql-lost": TOO_EARLY,
    "routing:pql-work": ACT,
    "routing:undo": ACT,
    "routing:task-give": LEADER_PAGE._replace(leader=204, manager=204, revops=204),
    **{f"routing:task-{verb}": ACT for verb in ("done", "remove", "undone")},
    **{f"routing:task-{verb}": TOO_EARLY for verb in ("take", "leave")},  # the rep has it
    # About any lead that one sees.
    **{f"routing:{of}": ACT._replace(teammate=204) for of in ("task-new", "tag-on", "tag-off")},
}
POSTS |= told_to_htmx({name: POSTS[name] for name in POSTS if name.startswith("routing:")})
# Addresses that answer to further methods, and why nobody needs to be kept from it.
ANY_METHOD = {
    "api:unknown-path": "there is nothing there",
    "login": "Django's view takes a PUT for a POST, and sends the signed-in on",
}
# What their own sign-in guards instead of the CSRF token.
WITHOUT_CSRF = {"segment-track", "slack-actions"}

NAMES = sorted({name for name in names() if not name.startswith("admin:")})


def bodies(world: World) -> dict[str, dict[str, Any]]:
    """What each POST needs in order to be done."""
    reject, until = {"reason": "no_intent", "note": ""}, "2099-12-01T09:00:00Z"
    outcome = {"user_id": "u0", "kind": "closed_won", "occurred_at": "2026-06-01T00:00:00Z"}
    return {
        "api:backtest-list": {"version": world.version.pk},
        "api:outcome-list": outcome,
        "api:pql-reject": reject,
        "api:pql-snooze": {"until": until},
        "api:pql-undo": {"change": _done(world)},
        "api:pql-touch": {"kind": "call"},
        "api:pql-note": {"text": "Met them."},
        "api:pql-lost": {"reason": "chose_other"},
        "api:alert-read-all": {"until": 2**62},
        "routing:task-new": {"title": "Call them", "due_on": "2099-12-01"},
        "routing:task-give": {"rep": world.rep.pk},
        "routing:tag-on": {"name": "hot"},
        "routing:tag-off": {"name": "hot"},
        "routing:pql-reject": reject,
        "routing:pql-snooze": {"days": "7"},
        "routing:queue-selected": {"pql": [world.pqls[0].pk]},
        "routing:rep-off": {"days": "1"},
        "routing:rep-zone": {"time_zone": "Europe/Berlin"},
        "routing:review-dismiss": reject,
        "routing:pql-touch": {"kind": "call"},
        "routing:pql-note": {"text": "Met them."},
        "routing:pql-lost": {"reason": "chose_other"},
        # Nobody is at work at every hour: it is meant.
        "routing:pql-assign": {"rep": world.pqls[2].rep_id, "confirm": world.pqls[2].rep_id},
        "api:pql-assign": {"rep": world.pqls[2].rep_id, "confirm": True},
    }


def address(name: str, world: World) -> str:
    """The address of a name, with arguments that exist; where it is anybody's, the rep's."""
    lead, version = world.leads[0].pk, world.version.pk
    account = world.leads[0].account_id
    by_name: dict[str, tuple[list[Any], str]] = {
        **{f"api:lead-{call}": ([lead], "") for call in ("detail", *SCORE_CALLS)},
        "api:lead-score-lookup": ([], "?user_id=u0"),
        "api:lead-score-evidence": ([lead], "?criterion=company_size"),
        **{f"api:account-{call}": ([account], "") for call in ("detail", *SCORE_CALLS)},
        "api:account-score-evidence": ([account], "?criterion=company_size"),
        "api:backtest-detail": ([Backtest.objects.get().pk], ""),
        "api:rubric-detail": ([world.rubric.pk], ""),
        **{f"api:preview-{way}": ([Preview.objects.get().pk], "") for way in ("detail", "leads")},
        **{
            f"api:rubric-version-{way}": ([version], "") for way in ("detail", "preview", "publish")
        },
        "api:rubric-version-compare": ([version], f"?with={version}"),
        "api:publication-detail": ([Publication.objects.get().pk], ""),
        "api:unknown-path": (["nothing/here/"], ""),
        "segment-track": (["track"], ""),
        "routing:queue-advice": ([world.scores[0].pk], ""),
        "routing:digest-away": ([Publication.objects.get().pk], ""),
        "routing:pql-work": ([world.pqls[0].pk, "accept"], ""),
        **{
            f"routing:rep-{verb}": ([world.rep.pk], "")
            for verb in ("off", "back", "zone", "resume")
        },
        "routing:team-pqls": (["assigned"], f"?rep={world.rep.pk}"),
        "routing:draft-away": ([1], ""),
        **{f"routing:{page}": ([lead], "") for page in OF_LEAD},
        **{f"routing:review-{way}": ([world.pqls[0].pk], "") for way in ("pass", "dismiss")},
        "routing:pilot-verdict": ([1], ""),
        **{
            f"routing:alert-{verb}": ([Alert.objects.get(key="own").pk], "")
            for verb in ("open", "read", "unread")
        },
        **{
            f"api:alert-{verb}": ([Alert.objects.get(key="own").pk], "")
            for verb in ("detail", "read", "unread")
        },
        **{f"routing:view-{way}": ([SavedView.objects.get().pk], "") for way in ("edit", "delete")},
        "routing:queue-selected": (["accept"], ""),
        "routing:queue-undo": ([], f"?changes={_done(world)}"),
        "api:pql-undo": ([world.pqls[4].pk], ""),
        "routing:undo": ([_done(world)], ""),
        "routing:task-undone": ([Task.objects.get(key="done").pk], ""),
        **{f"routing:task-{verb}": ([Task.objects.get(key="").pk], "") for verb in TO_DO},
        "routing:lead-events": ([lead], "?before=2026-06-01T00:00:00Z&id=1"),
        "routing:lead-evidence": ([lead, version, "company_size"], MOMENT),
        "routing:account-show": ([account], ""),
        "routing:account-evidence": ([account, version, "company_size"], MOMENT),
        "routing:preview-work": ([Preview.objects.get().pk], ""),
        "routing:rubric-sheet": ([version], ""),
    }
    is_pql = name.startswith(("api:pql-", "routing:pql-")) and name != "api:pql-list"
    args, query = by_name.get(name, ([world.pqls[0].pk] if is_pql else [], ""))
    return reverse(name, args=args) + query


def _done(world: World) -> int:
    """The change that the rep made just now."""
    return world.pqls[4].changes.latest("pk").pk


def answers(setting: Setting, name: str, method: str) -> Row:
    """What everybody gets for the same request."""
    url, body = address(name, setting.world), bodies(setting.world).get(name)
    return Row(*(setting.ask(asker, method, url, body).status_code for asker in Row._fields))


def test_every_url_has_a_row() -> None:
    assert set(NAMES) == set(GETS)
    assert set(POSTS) <= set(GETS)


@pytest.mark.parametrize("name", NAMES)
def test_who_gets_what(name: str, setting: Setting) -> None:
    assert answers(setting, name, "GET") == GETS[name]


@pytest.mark.parametrize("name", sorted(POSTS))
def test_who_may_post_what(name: str, setting: Setting) -> None:
    assert answers(setting, name, "POST") == POSTS[name]


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(ANY_METHOD)))
def test_a_method_without_a_row_is_not_allowed(name: str, setting: Setting) -> None:
    """Not even for somebody who may do everything."""
    url, body = address(name, setting.world), bodies(setting.world).get(name)
    allowed = {
        method for method in METHODS if setting.ask("root", method, url, body).status_code != 405
    }
    gets = {"GET"} - ({"GET"} if GETS[name] in (NO_GET, NO_API_GET) else set())
    assert allowed == gets | ({"POST"} if name in POSTS else set())


@pytest.mark.parametrize("name", NAMES)
def test_posting_without_csrf_token_or_credentials_is_refused(name: str, setting: Setting) -> None:
    url = address(name, setting.world)
    signed_in = Client(enforce_csrf_checks=True)
    signed_in.force_login(setting.people["revops"])
    assert Client(enforce_csrf_checks=True).post(url).status_code in {401, 403, 404, 405}
    if name not in WITHOUT_CSRF:
        assert signed_in.post(url).status_code in {403, 404, 405}
