"""A play with every action there is, and what came of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.doubles.receiver import SECRET, Receiver
from tests.e2e.alerted import Scene, messages_by_alert

_ON = """
from django.utils.timezone import now
from integrations.models import Destination
from routing import plays
from routing.models import Play

Destination.objects.create(
    name="CRM", key="crm", kind="webhook", secret_name="WEBHOOK_SECRET_CRM", url="{url}",
    events=["play.fired"],
)
play = Play.objects.create(
    name="Everything", trigger="pql_opened", limit_days=None,
    actions=[
        {{"kind": "task", "title": "Call", "note": "", "priority": 2, "hours": 1}},
        {{"kind": "alert", "to": "rep", "text": "Now"}},
        {{"kind": "stage", "stage": 4, "may_go_back": False}},
        {{"kind": "tag", "name": "hot"}},
        {{"kind": "draft", "subject": "Hello", "text": "Hi"}},
        {{"kind": "webhook", "destination": "crm"}},
    ],
)
plays.turn_on(play, by=None, at=now())
"""
_OFF = """
from django.utils.timezone import now
from routing import plays
from routing.models import Play

plays.turn_off(Play.objects.get(), by=None, at=now())
"""
# How often each action of each run was done: task, alert, stage, tag, draft, webhook; and how often
# webhooks are owed the task as well.
_DONE = """
SELECT r.cause, r.state,
  (SELECT count(*) FROM routing_task t WHERE t.run_id = r.id),
  (SELECT count(*) FROM routing_alert a
   WHERE a.kind = 'play' AND a.qualification_id = r.qualification_id),
  (SELECT count(*) FROM routing_leadstage s WHERE s.lead_id = r.lead_id),
  (SELECT count(*) FROM routing_leadtag g WHERE g.lead_id = r.lead_id),
  (SELECT count(*) FROM routing_draft d WHERE d.lead_id = r.lead_id),
  (SELECT count(*) FROM routing_owedevent o WHERE o.lead_id = r.lead_id AND o.kind = 'play.fired'),
  (SELECT count(*) FROM routing_owedevent o WHERE o.lead_id = r.lead_id AND o.kind = 'task.given')
FROM routing_playrun r
"""
_ALERTS = "SELECT id FROM routing_alert WHERE kind = 'play'"
# The play's own alert tells its rep of the task as well.
_ALONE = "SELECT count(*) FROM routing_alert WHERE kind = 'task'"


# What a stack needs to write to a receiver on this machine.
RECEIVING = {"WEBHOOK_SECRET_CRM": SECRET, "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1"}


@contextmanager
def playing(scene: Scene, receiver: Receiver) -> Iterator[None]:
    """The play is on; it acts on whoever becomes a PQL meanwhile."""
    scene.stack.manage("shell", "--no-imports", "-c", _ON.format(url=receiver.hook))
    yield
    scene.stack.manage("shell", "--no-imports", "-c", _OFF)


def wait_until_played(scene: Scene, many: int, limit: float) -> None:
    """Wait until so many runs have ended."""
    ended = "SELECT count(*) FROM routing_playrun WHERE state <> 'waiting'"
    scene.stack.wait_for(lambda: scene.stack.query(ended)[0][0] >= many, limit, "the plays' runs")


def check_played_once(scene: Scene, receiver: Receiver, names: Sequence[str]) -> None:
    """Each PQL was one cause, and every action was done once about each, up to the outside."""
    runs = scene.stack.query(_DONE)
    assert len({cause for cause, *_ in runs}) == len(runs) == len(names)
    assert {tuple(row) for _, *row in runs} == {("fired", 1, 1, 1, 1, 1, 1, 1)}, runs
    told = messages_by_alert(scene)
    assert {told[pk] for (pk,) in scene.stack.query(_ALERTS)} == {1}
    assert scene.stack.query(_ALONE) == [(0,)]
    # A repeat after a lost answer has the same id.
    ids = {webhook_id: event["data"]["cause"] for webhook_id, event in receiver.events}
    assert Counter(ids.values()) == Counter(cause for cause, *_ in runs)
