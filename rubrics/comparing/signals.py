"""The lists and signals of two rubrics compared."""

from collections.abc import Iterator

from rubrics.comparing.types import Change, Document, Kind, added_and_removed
from rubrics.words import event_words
from rubrics.words.wording import spoken


def list_changes(then: Document, now: Document) -> Iterator[Change]:
    """Entries that came and went, counted; a list in another order says so."""
    before, after = then.get("lists") or {}, now.get("lists") or {}
    for key, values in after.items():
        name = f"“{spoken(key)}”"
        if key not in before:
            yield Change(Kind.ADDED, f"The list {name} ({len(values)} entries)")
        elif told := added_and_removed(before[key], values):
            yield Change(Kind.CHANGED, f"The list {name}: {told}")
        elif list(before[key]) != list(values):
            yield Change(Kind.MOVED, f"The list {name} has the same entries in another order")
    for key, values in before.items():
        if key not in after:
            yield Change(Kind.REMOVED, f"The list “{spoken(key)}” ({len(values)} entries)")


def signal_changes(then: Document, now: Document) -> Iterator[Change]:
    """Which signals are used, what they are called, and the events they are made of.

    Events are compared where both sides say some: a file may leave them to the installation.
    """
    before, after = then.get("signals") or {}, now.get("signals") or {}
    for key, signal in after.items():
        name = _name(key, signal)
        if key not in before:
            made = "; ".join(event_words(event) for event in signal.get("events") or ())
            yield Change(Kind.ADDED, f"{name} is used{f': {made}' if made else ''}")
        else:
            yield from _changes(key, before[key], signal)
    for key, signal in before.items():
        if key not in after:
            yield Change(Kind.REMOVED, f"{_name(key, signal)} is used no longer")


def _changes(key: str, then: Document, now: Document) -> Iterator[Change]:
    name = _name(key, now)
    if _name(key, then) != name:
        yield Change(Kind.CHANGED, f"{name} was called {_name(key, then)}")
    if then.get("activity", True) != now.get("activity", True):
        counts = "counts now" if now.get("activity", True) else "counts no longer"
        yield Change(Kind.CHANGED, f"{name} {counts} as using the product")
    if then.get("events") and now.get("events"):
        before = [event_words(event) for event in then["events"]]
        after = [event_words(event) for event in now["events"]]
        for event in after:
            if event not in before:
                yield Change(Kind.ADDED, f"{name} is also made of {event}")
        for event in before:
            if event not in after:
                yield Change(Kind.REMOVED, f"{name} is no longer made of {event}")


def _name(key: str, signal: Document) -> str:
    return f"“{signal.get('name') or spoken(key).capitalize()}”"
