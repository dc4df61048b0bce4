"""The sections of two rubrics compared: limits, silence, segment, bands and the rest."""

from collections.abc import Iterator

from rubrics.comparing.types import Change, ChangeGroup, Document, Kind
from rubrics.words import section_passages

NUMBERS = {
    "thresholds": {
        "total": "The total of a PQL",
        "fit": "The fit of a PQL",
        "behavior": "The behavior of a PQL",
    },
    "limits": {"fit": "The cap of fit", "behavior": "The cap of behavior"},
    "matrix": {"fit": "Where fit counts as high", "behavior": "Where behavior counts as high"},
}
"""Sections of plain numbers, and what each of them is."""
SECTIONS = {
    "segment": ("subject", "segment"),
    "decay": ("decay",),
    "ceiling": ("ceiling",),
    "cross_product": ("cross_product",),
    "combination": ("combination",),
}
"""Sections told by their sentences, and the fields they are made of."""


def section_groups(then: Document, now: Document) -> list[ChangeGroup]:
    """The groups of changes, in the order in which the rules apply."""
    before = {passage.key: passage for passage in section_passages(then)}
    after = {passage.key: passage for passage in section_passages(now)}
    groups = []
    for key in ("segment", "groups", "limits", "ceiling", "decay", "cross_product", "combination",
                "thresholds", "bands", "matrix"):  # fmt: skip
        if key in NUMBERS and _both(then, now, key):
            changes = _numbers(then, now, key)
        elif key == "bands":
            changes = _bands(then, now)
        elif key == "groups":
            changes = _groups(then, now)
        else:
            fields = SECTIONS.get(key, (key,))
            differs = any(then.get(name) != now.get(name) for name in fields)
            told = [tuple(p.sentences) if (p := side.get(key)) else () for side in (before, after)]
            changes = _sentences(*told) if differs else iter(())
        passage = after.get(key) or before.get(key)
        if passage is not None:
            groups.append(ChangeGroup(passage.title, tuple(changes)))
    return groups


def _both(then: Document, now: Document, key: str) -> bool:
    return bool(then.get(key)) and bool(now.get(key))


def _numbers(then: Document, now: Document, key: str) -> Iterator[Change]:
    """``The total of a PQL: 75 (was 80)``."""
    for name, label in NUMBERS[key].items():
        before, after = then[key].get(name), now[key].get(name)
        if before != after:
            yield Change(Kind.CHANGED, f"{label}: {after} (was {before})")
    if key == "limits" and then[key].get("velocity_exceeds_cap") != (
        exceeds := now[key].get("velocity_exceeds_cap")
    ):
        may = "may now" if exceeds else "may no longer"
        yield Change(Kind.CHANGED, f"The velocity bonus {may} lift behavior above its cap")


def _sentences(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    """Sentences that came and went; of those that stand at one place one became the other."""
    went = [sentence.rstrip(".") for sentence in before if sentence not in after]
    came = [sentence.rstrip(".") for sentence in after if sentence not in before]
    for old, new in zip(went, came, strict=False):
        yield Change(Kind.CHANGED, f"{new} (was: {old})")
    for sentence in came[len(went) :]:
        yield Change(Kind.ADDED, sentence)
    for sentence in went[len(came) :]:
        yield Change(Kind.REMOVED, sentence)
    if not went and not came:
        yield Change(Kind.CHANGED, "Looks at something else of the same name")


def _bands(then: Document, now: Document) -> Iterator[Change]:
    before = {band["name"]: band for band in then.get("bands") or ()}
    after = {band["name"]: band for band in now.get("bands") or ()}
    for name, band in after.items():
        old = before.get(name)
        meaning = f": {band['meaning']}" if band.get("meaning") else ""
        if old is None:
            yield Change(Kind.ADDED, f"“{name}” from a total of {band['at_least']}{meaning}")
            continue
        if old["at_least"] != band["at_least"]:
            start = f"from {band['at_least']} (was from {old['at_least']})"
            yield Change(Kind.CHANGED, f"“{name}” {start}")
        if (old.get("meaning") or "") != (band.get("meaning") or ""):
            was = old.get("meaning") or "nothing"
            yield Change(Kind.CHANGED, f"“{name}” means{meaning or ': nothing'} (was: {was})")
    for name, band in before.items():
        if name not in after:
            yield Change(Kind.REMOVED, f"“{name}” from a total of {band['at_least']}")


def _groups(then: Document, now: Document) -> Iterator[Change]:
    """Groups by key; who belongs to one is told with the criteria."""
    before, after = then.get("groups") or {}, now.get("groups") or {}
    for key, group in after.items():
        told = f"The group “{group.get('name') or key}” counts {_limits(group)}"
        if key not in before:
            yield Change(Kind.ADDED, told)
        elif _limits(before[key]) != _limits(group):
            yield Change(Kind.CHANGED, f"{told} (was {_limits(before[key])})")
        elif (old := before[key].get("name") or key) != (group.get("name") or key):
            yield Change(Kind.CHANGED, f"The group “{group.get('name') or key}” was called “{old}”")
    for key, group in before.items():
        if key not in after:
            yield Change(Kind.REMOVED, f"The group “{group.get('name') or key}”")
    both = [key for key in before if key in after]
    if both != [key for key in after if key in before]:
        yield Change(Kind.MOVED, "The groups stand in another order")


def _limits(group: Document) -> str:
    limits = [
        f"{word} {group[end]}"
        for word, end in (("at most", "max"), ("at least", "min"))
        if group.get(end) is not None
    ]
    return " and ".join(limits)
