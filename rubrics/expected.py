"""The events that presets and mappings ask for, against those that come."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from leads.catalogue import find_likeness
from leads.models import EventType, SignalMapping
from rubrics.presets import load_preset, preset_names

Name = tuple[str, str]
"""Kind and name of an event."""


@dataclass(frozen=True, slots=True)
class ExpectedEvent:
    """One event that somebody asks for: which presets, which signals here, and how many came."""

    kind: str
    name: str
    presets: tuple[str, ...]
    signals: tuple[str, ...]
    received: int
    looks_like: str | None

    @property
    def state(self) -> str:
        """In a word: does it come, and is it mapped?"""
        if self.received:
            return "Comes" if self.signals else "Comes, not mapped"
        return "Never seen, look-alike" if self.looks_like else "Never seen"


def expected_events() -> list[ExpectedEvent]:
    """Every named event of the shipped presets and of the mappings here; those never seen first,
    and of these the ones that have mappings."""
    presets = preset_events()
    signals: defaultdict[Name, list[str]] = defaultdict(list)
    mapped = SignalMapping.objects.exclude(event_name="").order_by("signal__name")
    for kind, name, signal in mapped.values_list("kind", "event_name", "signal__name"):
        if signal not in signals[kind, name]:
            signals[kind, name].append(signal)
    received: defaultdict[Name, int] = defaultdict(int)
    for kind, name, total in EventType.objects.values_list("kind", "name", "total"):
        received[kind, name] += total
    found = []
    for kind, name in sorted({*presets, *signals}):
        total = received.get((kind, name), 0)
        others = [other for of_kind, other in received if of_kind == kind and other]
        found.append(
            ExpectedEvent(
                kind=kind,
                name=name,
                presets=presets.get((kind, name), ()),
                signals=tuple(signals.get((kind, name), ())),
                received=total,
                looks_like=None if total else find_likeness(name, others),
            )
        )
    return sorted(found, key=lambda one: (one.received > 0, not one.signals, one.name))


@cache
def preset_events() -> dict[Name, tuple[str, ...]]:
    """The events that shipped presets name, and which presets do."""
    found: defaultdict[Name, list[str]] = defaultdict(list)
    for preset in preset_names():
        for name in _events_of(preset):
            if preset not in found[name]:
                found[name].append(preset)
    return {name: tuple(presets) for name, presets in found.items()}


def _events_of(preset: str) -> Iterator[Name]:
    for signal in (load_preset(preset).get("signals") or {}).values():
        for event in signal.get("events") or ():
            if event.get("event"):
                yield str(event.get("kind", "track")), str(event["event"])
