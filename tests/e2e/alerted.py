"""A workspace whose alerts go to a Slack double, and what came of them there."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from segment.analytics.client import Client as Segment

from tests.doubles.slack import SlackDouble
from tests.e2e.stack import Stack
from tests.e2e.workspace import Workspace, make_workspace

REPS = 8  # each is told one thing a second
_MAKE = """
import json
from django.contrib.auth.models import User
from integrations.models import Destination
from routing.models import Rep, Team

team = Team.objects.get()
for number in range({reps}):
    user = User.objects.create_user(f"rep{{number}}", f"rep{{number}}@ripeline.example")
    Rep.objects.create(user=user, team=team)
Rep.objects.update(working_hours={{
    day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
}})
Destination.objects.create(
    name="Slack", key="slack", kind="slack", secret_name="SLACK_BOT_TOKEN"
)
print(json.dumps(list(User.objects.exclude(email="").values_list("email", flat=True))))
"""
EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Onboarding Step Completed", {"percent": 100}),
    ("Core Feature Used", {}),
    ("Integration Connected", {"integration": "crm"}),
    ("Teammate Invited", {"email": "colleague@company.example"}),
    ("Pricing Viewed", {}),
    ("Checkout Started", {}),
    ("Premium Feature Used", {"feature": "export"}),
)
UNTOLD = """
SELECT (SELECT count(*) FROM leads_leadchange)
     + (SELECT count(*) FROM rubrics_scorechange WHERE crossed AND routed_at IS NULL)
     + (SELECT count(*) FROM routing_statechange WHERE announced_at IS NULL)
     + (SELECT count(*) FROM routing_playrun WHERE state = 'waiting')
     + (SELECT count(*) FROM routing_task WHERE announced_at IS NULL AND done_at IS NULL)
     + (SELECT count(*) FROM routing_owedevent WHERE delivered_at IS NULL)
     + (SELECT count(*) FROM routing_alert WHERE delivered_at IS NULL)
     + (SELECT count(*) FROM integrations_delivery WHERE state = 'queued')
"""


@dataclass(frozen=True)
class Scene:
    """A stack, its keys, and Slack."""

    stack: Stack
    workspace: Workspace
    slack: SlackDouble


def environment(slack: SlackDouble) -> dict[str, str]:
    """What a stack needs to take the double for Slack."""
    return {"SLACK_API_URL": slack.api, "SLACK_BOT_TOKEN": "xoxb-double"}


def make_scene(stack: Stack, slack: SlackDouble) -> Scene:
    """Fill the empty stack; everybody there is known in Slack."""
    workspace = make_workspace(stack)
    emails = stack.manage_json("shell", "--no-imports", "-c", _MAKE.format(reps=REPS))
    slack.people |= {email: f"U{number}" for number, email in enumerate(emails)}
    return Scene(stack, workspace, slack)


def become_pqls(scene: Scene, names: Sequence[str]) -> None:
    """Let people do what makes them PQLs, by the official library; it repeats until it is taken."""
    errors: list[Any] = []
    client = Segment(
        scene.workspace.write_key,
        host=scene.stack.url,
        upload_interval=0.05,
        on_error=lambda error, batch: errors.append(error),
    )
    for name in names:
        traits = {"email": f"{name}@company.example", "title": "VP Marketing"}
        company = {"name": f"Company of {name}", "employees": 120, "industry": "SaaS"}
        company |= {"technologies": ["Salesforce"], "country": "US"}
        client.identify(user_id=name, traits=traits)
        client.group(user_id=name, group_id=f"g-{name}", traits=company)
        for event, properties in EVENTS * 2:
            client.track(user_id=name, event=event, properties=properties)
    client.flush()
    client.shutdown()
    assert errors == []


def wait_until_told(scene: Scene, limit: float) -> None:
    """Wait until nothing is left to score, to route, to tell or to send."""
    scene.stack.wait_for(lambda: _untold(scene.stack) == 0, limit, "everything to be told")


def _untold(stack: Stack) -> int:
    count: int = stack.query(UNTOLD)[0][0]
    return count


def messages_by_alert(scene: Scene) -> Counter[int]:
    """How many messages in Slack tell of each alert."""
    with scene.slack.lock:
        texts = [str(message["text"]) for message in scene.slack.messages]
    return Counter(int(found[1]) for text in texts if (found := re.search(r"\[Alert (\d+)", text)))


def check_told_once(scene: Scene, names: Sequence[str]) -> None:
    """Every one of these people is a PQL, and exactly one message in Slack tells of it."""
    rows = scene.stack.query(
        "SELECT q.id, a.id FROM routing_qualification q JOIN leads_lead l ON l.id = q.lead_id"
        " LEFT JOIN routing_alert a ON a.qualification_id = q.id AND a.kind = 'new_pql'"
        " WHERE l.email = ANY(%s)",
        [[f"{name}@company.example" for name in names]],
    )
    assert len(rows) == len(names), "a PQL is missing, or has several alerts"
    assert all(alert is not None for _, alert in rows), "a PQL has no alert"
    found = messages_by_alert(scene)
    assert {alert: found[alert] for _, alert in rows} == {alert: 1 for _, alert in rows}
    states = scene.stack.query("SELECT state, count(*) FROM integrations_delivery GROUP BY 1")
    assert {state for state, _ in states} == {"sent"}, states
