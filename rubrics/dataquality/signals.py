"""Events a version needs against events that come: signal by signal, and what to instrument."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from leads.catalogue import find_likeness
from leads.catalogue.silence import Rhythm
from leads.models import EventType, Signal, SignalMapping
from rubrics.benchmarks.worth import best, worst
from rubrics.dataquality.collecting import RHYTHM_DAYS
from rubrics.dataquality.counts import Facts
from rubrics.documents import used_signals
from rubrics.mappers import Compiled
from rubrics.scoring.types import Axis, Criterion

DAY = timedelta(days=1)
USUAL_DAYS = 60
"""Days before its last hit that say what is usual of a signal."""
MOST_MISSING = 5

Names = Mapping[tuple[str, str], int]
"""(kind, name) of the events ever received, with how many."""


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal that a version needs: is it fed, and by how much?"""

    signal_id: int
    name: str
    events: tuple[str, ...]
    never_seen: tuple[str, ...]
    looks_like: tuple[tuple[str, str], ...]
    criteria: tuple[str, ...]
    points: int
    week: int
    month: int
    hits: int
    leads: int
    last_at: datetime | None
    is_silent: bool
    usual_pause: timedelta | None

    @property
    def state(self) -> str:
        """In a word: what is the matter with it, if anything."""
        if not self.events:
            return "Not mapped"
        if not self.hits:
            return "Never seen"
        return "Silent" if self.is_silent else "Active"


@dataclass(frozen=True, slots=True)
class Missing:
    """An event worth instrumenting, by the points that wait for it."""

    what: str
    points: int
    criteria: tuple[str, ...]
    why: str
    todo: str
    signal_id: int | None = None


def signal_rows(version: Compiled, document: Mapping[str, Any], facts: Facts) -> list[SignalRow]:
    """The signals that measuring the version needs, those with the most points first."""
    needed = used_signals(version.version)
    signals = Signal.objects.filter(product_id=version.product_id, key__in=needed)
    mappings: defaultdict[int, list[SignalMapping]] = defaultdict(list)
    for mapping in SignalMapping.objects.filter(signal__in=signals).order_by("position", "pk"):
        mappings[mapping.signal_id].append(mapping)
    names = _received_names()
    carried = _points_by_signal(version, document)
    as_of = datetime.fromisoformat(facts["as_of"])
    found = [
        _row(signal, mappings[signal.pk], names, carried.get(signal.key, ((), 0)), facts, as_of)
        for signal in signals
    ]
    return sorted(found, key=lambda row: (-row.points, row.name))


def _received_names() -> Names:
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for kind, name, total in EventType.objects.values_list("kind", "name", "total"):
        found[kind, name] += total
    return found


def _row(
    signal: Signal,
    mappings: Sequence[SignalMapping],
    names: Names,
    carried: tuple[tuple[str, ...], int],
    facts: Facts,
    as_of: datetime,
) -> SignalRow:
    told = facts.get("signals", {}).get(str(signal.pk), {})
    rhythm = _rhythm(told)
    unseen = [m for m in mappings if m.event_name and (m.kind, m.event_name) not in names]
    alike = [(m.event_name, find_likeness(m.event_name, _of_kind(names, m.kind))) for m in unseen]
    criteria, points = carried
    return SignalRow(
        signal_id=signal.pk,
        name=signal.name,
        events=tuple(mapping.event_name or f"any {mapping.kind}" for mapping in mappings),
        never_seen=tuple(mapping.event_name for mapping in unseen),
        looks_like=tuple((name, other) for name, other in alike if other),
        criteria=criteria,
        points=points,
        week=told.get("week", 0),
        month=told.get("month", 0),
        hits=told.get("hits", 0),
        leads=told.get("leads", 0),
        last_at=rhythm.last_at if rhythm else None,
        is_silent=rhythm is not None and _is_silent(rhythm, as_of),
        usual_pause=rhythm.longest_pause if rhythm else None,
    )


def _of_kind(names: Names, kind: str) -> list[str]:
    return [name for other, name in names if other == kind]


def _rhythm(told: Mapping[str, Any]) -> Rhythm | None:
    """The days on which the signal had hits, of the 60 before its last one."""
    if not told:
        return None
    last_at = datetime.fromisoformat(told["last_at"])
    days = told["days"]
    recent = [day for day in days if day > days[-1] - USUAL_DAYS] if days else []
    pauses = [later - sooner for sooner, later in pairwise(recent)]
    longest = DAY * max(pauses) if pauses else None
    return Rhythm(last_at, len(recent), longest, DAY)


def _is_silent(rhythm: Rhythm, as_of: datetime) -> bool:
    """By its own rhythm; or, whatever that was, for longer than days of hits are looked at."""
    return rhythm.is_silent(as_of) or as_of - rhythm.last_at > RHYTHM_DAYS * DAY


def _points_by_signal(
    version: Compiled, document: Mapping[str, Any]
) -> dict[str, tuple[tuple[str, ...], int]]:
    """By signal: the criteria that look at it, and the points they carry together."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    points: defaultdict[str, int] = defaultdict(int)
    for criterion, entry in zip(version.version.criteria, document["criteria"], strict=True):
        for key in signals_of(version, criterion):
            names[key].append(criterion.name)
            points[key] += worth(entry)
    return {key: (tuple(names[key]), points[key]) for key in names}


def signals_of(version: Compiled, criterion: Criterion) -> set[str]:
    """The signals that a criterion looks at."""
    found: set[str] = set()
    for index in criterion.columns:
        params = version.version.columns[index].params
        found.update(params.get("signals", ()))
        found.update(key for step in params.get("steps", ()) for key in step)
    return found


def worth(entry: Mapping[str, Any]) -> int:
    """How much a criterion can move a score, up or down."""
    return max(best(entry), -worst(entry))


def missing_events(
    version: Compiled, document: Mapping[str, Any], rows: Sequence[SignalRow]
) -> list[Missing]:
    """The events to instrument first: what criteria wait for, and what proxies stand in for.

    A criterion waits if none of its signals ever had a hit; its points go to each of them. Ranked
    by points, at most five. Source: methodology section 5, edge case 5.
    """
    live = {row.name for row in rows if row.hits}
    by_key = {
        key: row
        for key, name in version.names.signal_names.items()
        for row in rows
        if row.name == name
    }
    waiting: dict[str, tuple[int, list[str]]] = {}
    found = []
    for criterion, entry in zip(version.version.criteria, document["criteria"], strict=True):
        if criterion.axis is not Axis.BEHAVIOR:
            continue
        if criterion.proxy_for:
            found.append(_proxy(criterion, worth(entry)))
        keys = [key for key in signals_of(version, criterion) if key in by_key]
        if keys and not any(by_key[key].name in live for key in keys):
            for key in sorted(keys):
                points, names = waiting.get(key, (0, []))
                waiting[key] = points + worth(entry), [*names, criterion.name]
    found += [_waiting(by_key[key], *told) for key, told in waiting.items()]
    return sorted(found, key=lambda one: (-one.points, one.what))[:MOST_MISSING]


def _proxy(criterion: Criterion, points: int) -> Missing:
    return Missing(
        what=criterion.proxy_for,
        points=points,
        criteria=(criterion.name,),
        why=f"“{criterion.name}” stands in for it.",
        todo="Send an event for it, map it to a signal, and replace the proxy in the next version "
        "within 60 days.",
    )


def _waiting(row: SignalRow, points: int, criteria: list[str]) -> Missing:
    if not row.events:
        why, todo = "No event is mapped to it.", "Send the event, then map it in the catalogue."
    elif row.looks_like:
        told = "; ".join(f"“{name}” may be “{other}”" for name, other in row.looks_like)
        why, todo = f"Nothing of that name came; {told}.", "Map the event that does come."
    elif row.never_seen:
        told = ", ".join(f"“{name}”" for name in row.never_seen)
        why, todo = f"{told} never came.", "Send this event from the product."
    else:
        why = "Its events come, but none meets the conditions."
        todo = "Check the conditions of its mapping against real events."
    return Missing(row.name, points, tuple(criteria), why, todo, row.signal_id)
