"""What a play does for the rep reaches somebody, also where no rep works the lead."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.models import Account, Lead
from routing.alerts import remind_of_tasks, tell_of_tasks
from routing.models import AccountOwner, Alert, DayOff, Play, Rep, Task
from routing.models.qualification import State
from tests.factories.routing import (
    QualificationFactory,
    RepFactory,
    TeamFactory,
    UserFactory,
    make_manager,
    make_pql,
)
from tests.factories.rubrics import AT, LeadFactory
from tests.routing.plays.makers import SOON, hit, make_play, make_score, run

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TASK = {"kind": "task", "title": "Call", "note": "", "priority": 3, "hours": 0}
ALERT = {"kind": "alert", "to": "rep", "text": "Hot now."}
NO_REP = "no rep works the lead or its account"


def act(lead: Lead, *actions: dict[str, Any]) -> list[str]:
    """What a play did for the lead, in words; whoever hears of tasks has been told."""
    params = {"signals": ["limit"]}
    play: Play = make_play("signal_hit", params=params, actions=list(actions), limit_days=None)
    hit(lead, "limit", at=SOON)
    run(SOON)
    for _ in range(2):
        tell_of_tasks(at=SOON, limit=50)
    did: list[str] = play.runs.latest("pk").did
    return did


def told() -> list[tuple[User, str]]:
    return [(alert.user, alert.kind) for alert in Alert.objects.order_by("pk")]


def account_of(lead: Lead) -> Account:
    assert lead.account is not None
    return lead.account


def own(lead: Lead, **values: Any) -> Rep:
    """A rep who owns the lead's account."""
    rep: Rep = RepFactory.create(**values)
    AccountOwner.objects.create(account=account_of(lead), rep=rep, since=AT)
    return rep


def work_there(lead: Lead, **values: Any) -> Rep:
    """A rep who has a PQL of a colleague."""
    rep: Rep = RepFactory.create()
    colleague = LeadFactory.create(account=account_of(lead))
    QualificationFactory.create(lead=colleague, rep=rep, **values)
    return rep


@pytest.mark.parametrize(
    ("is_owned", "is_worked", "why"),
    [
        pytest.param(True, True, "who owns the account", id="its owner first"),
        pytest.param(False, True, "who works a colleague there", id="then who works there"),
        pytest.param(False, False, "who won a deal there", id="then who won there"),
    ],
)
def test_without_a_pql_it_goes_to_who_has_to_do_with_the_account(
    is_owned: bool, is_worked: bool, why: str
) -> None:
    lead = make_score().lead
    make_manager()
    rep = work_there(lead, state=State.WON, closed_at=AT)
    rep = work_there(lead) if is_worked else rep
    rep = own(lead) if is_owned else rep
    assert act(lead, ALERT, TASK) == [f"Task “Call” for {rep}, {why}", f"Alert to {rep}, {why}"]
    task = Task.objects.get()
    assert (task.rep, task.qualification) == (rep, None)
    assert told() == [(rep.user, "play")]


@pytest.mark.parametrize(
    "away",
    [
        pytest.param({"user__is_active": False}, id="deactivated"),
        pytest.param({"is_available": False}, id="switched off"),
        pytest.param({"off_until": SOON + HOUR}, id="off"),
        pytest.param({"paused_at": AT}, id="paused"),
    ],
)
def test_who_is_away_is_passed_over_as_in_the_dealing(away: dict[str, Any]) -> None:
    lead = make_score().lead
    own(lead, **away)
    worker = work_there(lead)
    act(lead, TASK)
    assert Task.objects.get().owner == worker


def test_who_worked_the_lead_last_comes_before_the_account_unless_away() -> None:
    boss = make_manager()
    won = make_pql(state=State.WON, closed_at=AT)
    rep, owner = won.rep, own(won.lead)
    assert act(won.lead, TASK) == [f"Task “Call” for {rep}, who worked the lead last"]
    DayOff.objects.create(rep=rep, first=SOON.date(), last=SOON.date())
    assert act(won.lead, TASK) == [f"Task “Call” for {owner}, who owns the account"]
    Rep.objects.update(is_available=False)
    assert act(won.lead, TASK) == [
        "Task “Call” is nobody’s yet: whoever works the lead or its account is away. "
        f"Told to {boss.get_full_name()}"
    ]


@pytest.mark.parametrize(
    "actions", [[TASK], [ALERT], [TASK, ALERT], [TASK, {**ALERT, "to": "manager"}]]
)
def test_what_is_nobodys_is_told_to_every_manager_once(actions: list[dict[str, Any]]) -> None:
    bosses = [UserFactory.create(), UserFactory.create()]
    for boss in bosses:
        TeamFactory.create(name=boss.username, manager=boss)
    names = f"{bosses[0].get_full_name()} and {bosses[1].get_full_name()}"
    lead = make_score().lead
    did = act(lead, *actions)
    words = {
        "task": f"Task “Call” is nobody’s yet: {NO_REP}. Told to {names}",
        "alert": f"Alert to {names}: {NO_REP}",
    }
    assert did == [words[str(one["kind"])] for one in actions]
    kind = actions[-1]["kind"]
    assert told() == [(boss, "play" if kind == "alert" else "task") for boss in bosses]
    if TASK in actions:
        task = Task.objects.get()
        assert [alert.task for alert in Alert.objects.all()] == [task, task]
        message = Alert.objects.all()[0].content["message"]
        assert message.startswith("No rep works the lead or its account. Hot now.") == (
            kind == "alert"
        )
        assert ("To do by" if kind == "alert" else "Nobody has it yet") in message


def test_managers_are_reminded_of_what_is_still_nobodys_when_it_is_due() -> None:
    boss, rep = make_manager(), RepFactory.create()
    act(make_score().lead, {**TASK, "hours": 1})
    remind_of_tasks(at=SOON + HOUR, limit=50)
    assert told() == [(boss, "task"), (boss, "task_due")]
    assert rep.user not in {user for user, _ in told()}


def test_a_deactivated_reps_pql_is_told_to_their_manager() -> None:
    boss = UserFactory.create()
    rep = RepFactory.create(user__is_active=False, team__name="Theirs", team__manager=boss)
    TeamFactory.create(name="Others", manager=UserFactory.create())
    gone = f"{rep}, whose account is deactivated. Told to {boss.get_full_name()}"
    assert act(make_pql(rep=rep).lead, TASK, ALERT) == [
        f"Task “Call” for {gone}",
        f"Alert to {boss.get_full_name()}: {rep}’s account is deactivated",
    ]
    assert told() == [(boss, "play"), (boss, "task")]
    assert "give it to somebody else" in Alert.objects.get(kind="task").content["message"]


def test_task_of_a_pql_that_waits_for_a_rep_goes_along_with_it() -> None:
    boss, pql = make_manager(), make_pql(rep=None)
    did = act(pql.lead, TASK, ALERT)
    assert did == [
        "Task “Call” for whoever gets the PQL",
        f"Alert to {boss.get_full_name()}: {NO_REP}",
    ]
    assert Task.objects.get().qualification == pql
    assert told() == [(boss, "play")]


def test_managers_alert_without_a_manager_goes_to_who_sees_everything() -> None:
    boss, rep = make_manager(), RepFactory.create(team__name="West")
    did = act(make_pql(rep=rep).lead, {**ALERT, "to": "manager"})
    assert did == [f"Alert to {boss.get_full_name()}: West has no manager"]
    assert told() == [(boss, "play")]


def test_with_nobody_at_all_it_says_so() -> None:
    assert act(make_score().lead, ALERT) == [f"Alert to nobody: {NO_REP}"]
    assert told() == []
