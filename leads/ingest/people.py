"""Which messages are of one person? The rules of identity, in memory (docs/adr/0004). Pure.

A message links the ids it carries. Two leads become one when a link joins them and they do not
hold two user ids of one namespace; an alias joins them even then, because its sender said so.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from leads.ingest.types import Message

logger = logging.getLogger(__name__)


class Key(NamedTuple):
    """One identity: how a namespace names a person. The order is the order of locking."""

    namespace: str
    kind: str
    value: str


@dataclass(slots=True, eq=False)
class Person:
    """A lead as the plan sees it: stored (``lead_id``) or to be made."""

    lead_id: int | None = None
    users: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    is_part_of: "Person | None" = None

    def whole(self) -> "Person":
        """Return the person this one was found to be."""
        person = self
        while person.is_part_of is not None:
            person = person.is_part_of
        return person

    def is_somebody_else_than(self, other: "Person") -> bool:
        """Whether both have user ids in one namespace, so that no mere hint may join them."""
        return any(self.users.get(namespace) and ids for namespace, ids in other.users.items())


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stored leads found to be one person."""

    winner_id: int
    loser_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who each message is of, which stored leads become one, and which identities are new."""

    people: Sequence[Person]
    merges: Sequence[Merge]
    new_keys: Mapping[Key, Person]


def keys_of(message: Message, namespace: str) -> list[Key]:
    """Return the identities a message carries, the one that owns its event first.

    The previous id of an alias may have been a user id or an anonymous id: it is taken as both,
    so that it makes no difference which of its messages comes first.
    """
    keys = []
    if message.user_id is not None:
        keys.append(Key(namespace, "user", message.user_id))
    if message.previous_id is not None:
        keys.append(Key(namespace, "user", message.previous_id))
        keys.append(Key(namespace, "anonymous", message.previous_id))
    if message.anonymous_id is not None:
        keys.append(Key(namespace, "anonymous", message.anonymous_id))
    if message.email is not None:
        keys.append(Key("", "email", message.email))
    return keys


def all_known(keys: Iterable[Sequence[Key]], owners: Mapping[Key, int]) -> list[int] | None:
    """Return the lead of each message if nothing is new or contradictory; the everyday case."""
    leads = []
    for of_message in keys:
        lead_id = owners.get(of_message[0])
        if lead_id is None:
            return None
        if len(of_message) > 1:
            for key in of_message[1:]:
                if owners.get(key) != lead_id:
                    return None
        leads.append(lead_id)
    return leads


def plan_people(
    messages: Sequence[Message],
    keys: Sequence[Sequence[Key]],
    *,
    owners: Mapping[Key, int],
    users: Mapping[int, Iterable[Key]],
) -> Plan:
    """Work out who is who.

    Args:
        keys: of each message, its own identity first.
        owners: the lead of each identity already stored.
        users: the user ids of each of these leads.
    """
    stored: dict[int, Person] = {}
    for lead_id in set(owners.values()):
        stored[lead_id] = Person(lead_id)
        for key in users.get(lead_id, ()):
            stored[lead_id].users[key.namespace].add(key.value)
    owner_of = {key: stored[lead_id] for key, lead_id in owners.items()}
    merges: list[Merge] = []
    new_keys: dict[Key, Person] = {}
    people = []
    for message, of_message in zip(messages, keys, strict=True):
        person = _owner(of_message[0], owner_of, new_keys)
        for key in of_message[1:]:
            if key not in owner_of:
                _own(key, person.whole(), owner_of, new_keys)
                continue
            other = owner_of[key].whole()
            person = person.whole()
            if other is person:
                continue
            is_stated = message.kind == "alias" and key.value == message.previous_id
            if not is_stated and person.is_somebody_else_than(other):
                _note_refusal(key, person, other)
                continue
            _join(person, other, "alias" if is_stated else key.kind, merges)
        people.append(person)
    return Plan(people, merges, new_keys)


def _owner(key: Key, owner_of: dict[Key, Person], new_keys: dict[Key, Person]) -> Person:
    if key not in owner_of:
        _own(key, Person(), owner_of, new_keys)
    return owner_of[key].whole()


def _own(
    key: Key, person: Person, owner_of: dict[Key, Person], new_keys: dict[Key, Person]
) -> None:
    owner_of[key] = new_keys[key] = person
    if key.kind == "user":
        person.users[key.namespace].add(key.value)


def _join(one: Person, other: Person, reason: str, merges: list[Merge]) -> None:
    """Make two persons one. A known lead wins over an anonymous one, then the older."""
    winner, loser = sorted(
        (one, other),
        key=lambda person: (
            person.lead_id is None,
            not any(person.users.values()),
            person.lead_id or 0,
        ),
    )
    loser.is_part_of = winner
    for namespace, ids in loser.users.items():
        winner.users[namespace] |= ids
    if winner.lead_id is not None and loser.lead_id is not None:
        merges.append(Merge(winner.lead_id, loser.lead_id, reason))


def _note_refusal(key: Key, person: Person, other: Person) -> None:
    if key.kind == "email" and person.lead_id and other.lead_id:
        logger.info(
            "Leads %s and %s state one e-mail; both are known users, so they stay apart",
            person.lead_id,
            other.lead_id,
        )
