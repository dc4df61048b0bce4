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
MINE, TEAM = "/?tab=mine", "/?tab=team"
# What is opened, and how: every tab, and the orders that long lists are read in.
ADDRESSES = {
    "mine": MINE,
    "everyone / team": TEAM,
    "by behavior": f"{TEAM}&order=behavior",
    "by fit": f"{TEAM}&order=fit",
    "by last activity": f"{TEAM}&order=recent",
    "by rise": f"{TEAM}&order=velocity",
    "by first touch due": f"{TEAM}&order=due",
    "unassigned": "/?tab=unassigned",
    "expiring": "/?tab=expiring",
    "near miss": "/?tab=near-miss",
    "snoozed": "/?tab=snoozed",
    "closed": "/?tab=closed",
}
EASY = {"total": 50, "fit": 15, "behavior": 10}  # made-up leads do little: more of them are to pass
GOAL_QUERIES = 10
GOAL_MS = 100


FORECASTS = """
    INSERT INTO routing_forecast (qualification_id, revision, gain, falls_at, because, due_at)
    SELECT id, 1, id % 90, CASE WHEN id % 10 = 0 THEN now() + id % 7 * interval '1 day' END, '',
        now() + interval '7 days'
    FROM routing_qualification ON CONFLICT DO NOTHING
"""


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

    opened = _fill(leads, pqls)
    goal = f"p95 < {GOAL_MS} ms"
    rows = []
    for who, name in (("A rep", "rep-0"), ("A manager", "manager")):
        for what, address in ADDRESSES.items():
            queries, seconds = _visit(User.objects.get(username=name), address)
            p95 = 1000 * percentile(seconds, 0.95)
            label = f"{who}, {what}"
            rows += [
                Row(
                    f"{label}: queries", f"{queries}", f"<= {GOAL_QUERIES}", queries <= GOAL_QUERIES
                ),
                Row(f"{label}: p50 / p95 / p99", spread_ms(seconds), goal, p95 < GOAL_MS),
            ]
    keep(
        "queue",
        f"Queue page: {leads:,} scored leads, {opened:,} open PQLs",
        rows,
        notes=[
            f"{VISITS} visits each, the first left out; {REPS} reps in {TEAMS} teams. A rep sees "
            "their own PQLs, a manager those of everyone. The preset's thresholds are lowered for "
            f"this: made-up leads do little, and {pqls:,} of them are to pass. Forecasts are made "
            "up: a tenth falls within the week."
        ],
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
        cursor.execute(FORECASTS)
        cursor.execute("VACUUM (ANALYZE)")
    return Qualification.objects.open().count()


def _visit(user: object, address: str) -> tuple[int, list[float]]:
    """The number of queries of the page, and the seconds that each of many visits took."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    assert isinstance(user, User)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    _page(client, address)
    with CaptureQueriesContext(connection) as queries:
        _page(client, address)
    count = len(queries)  # now: the next request empties the log
    seconds = []
    for _ in range(VISITS):
        started = time.perf_counter()
        _page(client, address)
        seconds.append(time.perf_counter() - started)
    return count, seconds


def _page(client: object, address: str) -> None:
    from django.test import Client

    assert isinstance(client, Client)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code


if __name__ == "__main__":
    main()
