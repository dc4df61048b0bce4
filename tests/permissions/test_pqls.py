"""What may be done with whose PQL, by whom: at every address that takes one."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse

from routing.models import Qualification
from routing.models.qualification import State
from routing.views import work
from tests.permissions.askers import PEOPLE, Setting, names, send, undone
from tests.test_permissions import bodies
from tests.world import AT

pytestmark = pytest.mark.django_db

WHOSE = ("rep", "stranger", "teammate", "nobody")  # in the order of the world's PQLs
# Whose they may act on; whose they only see. All others' are not there for them.
ACTS: dict[str, set[str]] = {
    "newcomer": set(),
    "rep": {"rep", "nobody"},
    "teammate": {"teammate", "nobody"},
    "stranger": {"stranger", "nobody"},
    "leader": {"rep", "teammate", "nobody"},
    "manager": set(WHOSE),
    "revops": set(WHOSE),
}
SEES: dict[str, set[str]] = {
    "rep": {"teammate"},
    "teammate": {"rep"},
}
ASSIGNERS = {"leader", "manager", "revops"}
# The state in which an action is possible, where it is not "assigned".
STATES = {
    "wake": State.SNOOZED,
    "touch": State.ACCEPTED,
    "contacted": State.ACCEPTED,
    "opportunity": State.CONTACTED,
    "won": State.OPPORTUNITY,
    "lost": State.OPPORTUNITY,
}
# What may also be done with PQLs that one only sees.
FOR_MATES = {"api:pql-note", "routing:pql-note"}
ONLY_LOOKS = {"api:pql-changes", "api:pql-detail"}
# Asks who did it, not whose it is: tests/test_permissions.py.
OF_A_CHANGE = {"api:pql-undo"}


@dataclass(frozen=True)
class Door:
    """An address that takes a PQL."""

    name: str
    verb: str = ""

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def __str__(self) -> str:
        return f"{self.name} {self.verb}".strip()

    def url(self, pql: Qualification) -> str:
        return reverse(self.name, args=[pql.pk, self.verb] if self.verb else [pql.pk])


def doors() -> list[Door]:
    """Those of the URL list, and each verb of the one that has several."""
    found = []
    for name in sorted({name for name in names() if ":pql-" in name} - OF_A_CHANGE):
        if name == "routing:pql-work":
            found += [Door(name, verb) for verb in work._PLAIN]
        elif _takes_a_pql(name):
            found.append(Door(name))
    return found


def _takes_a_pql(name: str) -> bool:
    try:
        reverse(name, args=[1])
    except NoReverseMatch:
        return False
    return True


def expected(door: Door, asker: str, whose: str) -> int:
    if not ACTS[asker]:
        return 403
    if door.name.endswith(":pql-assign") and asker not in ASSIGNERS:
        return 403
    if whose in ACTS[asker] or (door.name in FOR_MATES and whose in SEES.get(asker, set())):
        return 200 if door.is_api else 204
    if whose not in SEES.get(asker, set()):
        return 404
    if door.name in ONLY_LOOKS:
        return 200
    return 403 if door.is_api else 409


def ready(setting: Setting, door: Door, whose: str, asker: str) -> dict[str, Any]:
    """Bring the PQL into a state in which the action is possible; return what to send."""
    state = STATES.get(door.verb or door.name.rpartition("-")[2], State.ASSIGNED)
    pql = setting.world.pqls[WHOSE.index(whose)]
    changes: dict[str, Any] = {"state": state}
    if state is State.SNOOZED:
        changes |= {"snoozed_until": AT, "state_before_snooze": State.ACCEPTED}
    if whose == "nobody" and "accept" in str(door) and asker in ASSIGNERS:
        changes["rep"] = setting.world.rep  # who is no rep has nobody to accept it for
    Qualification.objects.filter(pk=pql.pk).update(**changes)
    body = dict(bodies(setting.world).get(door.name, {}))
    if whose == "teammate" and "rep" in body:
        body["rep"] = setting.world.rep.pk  # it is the other one's already
        body["confirm"] = True if door.is_api else setting.world.rep.pk
    return body


def story(pql: Qualification) -> tuple[Any, ...]:
    """All that an action could change."""
    state = Qualification.objects.values().get(pk=pql.pk)
    return state, pql.changes.count(), pql.touches.count(), pql.notes.count()


@pytest.mark.parametrize("door", doors(), ids=str)
def test_whose_pql_may_be_worked_by_whom(door: Door, setting: Setting) -> None:
    method = "GET" if door.name in ONLY_LOOKS else "POST"
    found, wanted = {}, {}
    for asker in PEOPLE:
        for whose in WHOSE:
            pql = setting.world.pqls[WHOSE.index(whose)]
            with undone():
                body = ready(setting, door, whose, asker)
                before = story(pql)
                response = send(setting.clients[asker], method, door.url(pql), body)
                has_changed = story(pql) != before
            found[asker, whose] = (response.status_code, has_changed)
            status = expected(door, asker, whose)
            wanted[asker, whose] = (status, method == "POST" and status in {200, 204})
    assert found == wanted


def test_pages_ask_whom_they_would_let_act(setting: Setting) -> None:
    """The questions before an action are shown for PQLs that can be seen, and for no others."""
    for door in doors():
        if door.is_api or door.verb:
            continue
        for asker in PEOPLE:
            for whose in WHOSE:
                status = expected(door, asker, whose)
                wanted = {204: 200, 409: 200}.get(status, status)
                url = door.url(setting.world.pqls[WHOSE.index(whose)])
                assert setting.ask(asker, "GET", url).status_code == wanted, (door, asker, whose)
