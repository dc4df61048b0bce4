"""How fast the reps' queue is with many scored leads and many open PQLs.

    python -m benchmarks.queue [--leads 200000] [--pqls 100000]

Server time of whole pages through Django's test client: middleware, session, queries, templates.
"""

import argparse
import time

from benchmarks.database import own_database
from benchmarks.results import Row, keep, percentile, spread_ms

HITS_PER_LEAD = 20
REPS, TEAMS = 20, 4
VISITS = 40
# Besides every tab in every order: what narrows the longest list, by few leads and by nearly all.
NARROWED = {
    "one person searched for": "q=person-40-2",
    "one company searched for": "q=company+4321",
    "a common word searched for": "q=person",
    "some of all searched for": "q=company+1",
    "a tag": "tag=hot",
    "a rare tag": "tag=rare",
    "tasks due": "task=due",
    "country and fit": "country=DE&min_fit=20",
    "page 50": "page=50",
}
EASY = {"total": 30, "fit": 10, "behavior": 5}  # made-up leads do little: more of them are to pass
GOAL_QUERIES = 10
GOAL_MS = 100

# What reps and plays would have done: some sleep, some are nobody's, many were closed before, a
# third has a promise to keep, a tenth falls within the week, tasks wait, tags are common and rare.
# By dice, for reps were dealt PQLs in turns: by plain ids one rep would have all that sleep.
LIVED = (
    """CREATE FUNCTION pg_temp.dice(id bigint, sides integer) RETURNS integer LANGUAGE sql IMMUTABLE
        AS 'SELECT (abs(hashint8extended(id, sides)::numeric) % sides)::integer'""",
    """UPDATE routing_qualification SET state = 'snoozed', state_before_snooze = 'assigned',
        snoozed_until = now() + pg_temp.dice(id, 9) * interval '1 day'
        WHERE pg_temp.dice(id, 40) = 0""",
    """UPDATE routing_qualification SET rep_id = NULL, state = 'new', assigned_at = NULL
        WHERE pg_temp.dice(id, 50) = 1 AND state = 'assigned'""",
    """UPDATE routing_qualification SET sla_set_for = assigned_at,
        sla_due_at = opened_at + pg_temp.dice(id, 48) * interval '1 hour'
        WHERE pg_temp.dice(id, 3) = 0 AND state = 'assigned'""",
    """INSERT INTO routing_qualification (lead_id, product_id, version_id, state, review, rep_id,
            fit, behavior, total, breakdown, opened_at, assigned_at, closed_at, reject_reason,
            closing_reason, state_before_snooze)
        SELECT lead_id, product_id, version_id, 'won', '', rep_id, fit, behavior, total, '[]',
            opened_at - interval '90 days', assigned_at - interval '90 days',
            opened_at - pg_temp.dice(id, 60) * interval '1 day', '', 'sales', ''
        FROM routing_qualification WHERE pg_temp.dice(id, 2) = 0 AND rep_id IS NOT NULL""",
    """INSERT INTO routing_forecast (qualification_id, lead_id, product_id, revision, gain,
            falls_at, because, due_at)
        SELECT id, lead_id, product_id, 1, pg_temp.dice(id, 90), CASE WHEN pg_temp.dice(id, 10) = 0
            THEN now() + pg_temp.dice(id, 7) * interval '1 day' END, '', now() + interval '7 days'
        FROM routing_qualification WHERE closed_at IS NULL ON CONFLICT DO NOTHING""",
    """INSERT INTO routing_task (key, lead_id, qualification_id, title, note, priority, created_at,
            due_at)
        SELECT 'made-up:' || id, lead_id, id, 'Call', '', 2, opened_at,
            now() + (pg_temp.dice(id, 20) - 4) * interval '12 hours'
        FROM routing_qualification WHERE closed_at IS NULL AND pg_temp.dice(id, 10) = 3""",
    """INSERT INTO routing_leadtag (lead_id, name, at)
        SELECT DISTINCT lead_id, tag, now() FROM routing_qualification,
            LATERAL (VALUES ('hot', 4), ('rare', 5000)) AS tags (tag, every)
        WHERE pg_temp.dice(id, every) = 0""",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--pqls", type=int, default=100_000)
    arguments = parser.parse_args()
    with own_database():
        measure_all(arguments.leads, arguments.pqls)


def measure_all(leads: int, pqls: int) -> None:
    """Fill, measure, keep."""
    from django.contrib.auth.models import User

    from config.loaded import settle

    opened = _fill(leads, pqls)
    settle()  # as a web process does
    rows, slowest = [], ("", 0.0)
    for who, name in (("A rep", "rep-0"), ("A manager", "manager")):
        user = User.objects.get(username=name)
        for what, addresses in _pages().items():
            found = {of: _visit(user, address) for of, address in addresses.items()}
            worst = max(found, key=lambda of: percentile(found[of][1], 0.95))
            p95 = 1000 * percentile(found[worst][1], 0.95)
            slowest = max(slowest, (f"{who}, {what}, {worst}", p95), key=lambda one: one[1])
            queries = max(queries for queries, _ in found.values())
            rows += [
                Row(f"{who}, {what}: queries", f"{queries}", f"<= {GOAL_QUERIES}",
                    queries <= GOAL_QUERIES),
                Row(f"- slowest of {len(found)}: {worst}, p50 / p95 / p99",
                    spread_ms(found[worst][1]), f"p95 < {GOAL_MS} ms", p95 < GOAL_MS),
            ]  # fmt: skip
        rows += [_row_behind(user, who, what, to) for what, to in _behind(name).items()]
        _, cold = _visit(user, "/?tab=team", forgets=True)
        rows.append(Row(f"{who}, tab team, counts made anew, p50 / p95 / p99", spread_ms(cold)))
    rows.append(Row(f"Slowest of all: {slowest[0]}, p95", f"{slowest[1]:,.0f} ms"))
    keep(
        "queue",
        f"Queue page: {leads:,} scored leads, {opened:,} open PQLs",
        rows,
        notes=[
            "Every tab in every order it has, filters of the longest list, and what is opened from "
            f"there; {VISITS} visits each, the first left out; {REPS} reps in {TEAMS} teams. A rep "
            "sees their own and their team's PQLs, a manager those of everyone. The preset's "
            f"thresholds are lowered for this: made-up leads do little, and {pqls:,} of them are "
            "to pass. States, "
            "promises, forecasts, tasks and tags are made up."
        ],
    )


def _pages() -> dict[str, dict[str, str]]:
    """What is opened: addresses by order, by tab; and those that narrow the longest tab."""
    from routing.queue import Tab, orders_of

    tabs = {
        f"tab {tab}": {f"by {order}": f"/?tab={tab}&order={order}" for order in orders_of(tab)}
        for tab in Tab
    }
    narrowed = {of: f"/?tab={Tab.TEAM}&{query}" for of, query in NARROWED.items()}
    return tabs | {"narrowed": narrowed}


def _behind(name: str) -> dict[str, str]:
    """What is opened from the queue: of a PQL of the rep, or of anybody, that has a task to do."""
    from django.urls import reverse

    from routing.models import Task

    tasks = Task.objects.to_do()
    if name != "manager":
        tasks = tasks.filter(qualification__rep__user__username=name)
    lead = tasks.select_related("lead")[0].lead
    return {
        "a lead's page": reverse("routing:lead-show", args=[lead.pk]),
        "the panel beside the list": reverse("routing:queue-panel", args=[lead.pk]),
        "an account's page": reverse("routing:account-show", args=[lead.account_id]),
        "the inbox": reverse("routing:inbox"),
        "tasks": reverse("routing:task-list"),
    }


def _row_behind(user: object, who: str, what: str, address: str) -> Row:
    queries, seconds = _visit(user, address)
    return Row(
        f"{who}, {what} ({queries} queries), p50 / p95 / p99",
        spread_ms(seconds),
        f"p95 < {GOAL_MS} ms",
        1000 * percentile(seconds, 0.95) < GOAL_MS,
    )


def _fill(leads: int, pqls: int) -> int:
    from django.contrib.auth.models import Group, User
    from django.db import connection
    from django.utils import timezone

    from benchmarks.fill import fill
    from routing.models import Qualification, Rep, Team
    from routing.services import open_qualifications
    from rubrics.scores import rescore

    teams = [Team.objects.create(name=f"Team {n}") for n in range(TEAMS)]
    for n in range(REPS):
        user = User.objects.create_user(f"rep-{n}", f"rep-{n}@ripeline.example")
        user.groups.add(Group.objects.get(name="Rep"))
        Rep.objects.create(user=user, team=teams[n % TEAMS])
    manager = User.objects.create_user("manager", "manager@ripeline.example")
    manager.groups.add(Group.objects.get(name="Rep"), Group.objects.get(name="Manager"))
    version = fill(leads, HITS_PER_LEAD, thresholds=EASY)
    rescore(version=version, at=timezone.now(), threads=2)
    while Qualification.objects.open().count() < pqls:
        if not open_qualifications(at=timezone.now(), limit=2_000):
            break
    with connection.cursor() as cursor:
        for statement in LIVED:
            cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE)")
    return Qualification.objects.open().count()


def _visit(user: object, address: str, *, forgets: bool = False) -> tuple[int, list[float]]:
    """The number of queries of the page, and the seconds that each of many visits took.

    Counts are kept for some seconds: ``forgets`` asks for what the first visit after them takes.
    """
    from django.contrib.auth.models import User
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    assert isinstance(user, User)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    _page(client, address)
    counts = []
    for _ in range(3):  # counts may just have become too old: that is a row of its own
        with CaptureQueriesContext(connection) as queries:
            _page(client, address)
        counts.append(len(queries))  # now: the next request empties the log
    seconds = []
    for _ in range(VISITS):
        if forgets:
            cache.clear()
        started = time.perf_counter()
        _page(client, address)
        seconds.append(time.perf_counter() - started)
    return min(counts), seconds


def _page(client: object, address: str) -> None:
    from django.test import Client

    assert isinstance(client, Client)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code


if __name__ == "__main__":
    main()
