"""Criteria compared: by their keys, and within a criterion rule by rule."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rubrics.comparing.types import Change, Document, Kind, added_and_removed
from rubrics.scoring.types import Axis
from rubrics.scoring.words import either
from rubrics.words import CriterionWords, Rule, Wording, criterion_words
from rubrics.words.wording import as_list

SETS = ("signals", "values", "keywords", "any_of", "all_of", "domains")
"""Parameters whose order says nothing."""
LONG = 6
"""A list with more entries is told by what came and went."""
_WORTH = ("points", "label")


def criteria_changes(then: Document, now: Document, axis: Axis) -> Iterator[Change]:
    """What is different among the criteria of one axis (that which they have now)."""
    before, after = _by_key(then), _by_key(now)
    was, will = Wording.of(then), Wording.of(now)
    for key, entry in after.items():
        if entry["axis"] != axis:
            continue
        if key in before:
            yield from _changes(before[key], entry, was, will)
        else:
            told = criterion_words(entry, will)
            yield Change(Kind.ADDED, f"“{told.name}”: {_rules(told.rules)}", key)
    for key, entry in before.items():
        if entry["axis"] == axis and key not in after:
            told = criterion_words(entry, was)
            yield Change(Kind.REMOVED, f"“{told.name}”: {_rules(told.rules)}", key)
    if _order(before, after, axis) != _order(after, before, axis):
        yield Change(Kind.MOVED, "The criteria stand in another order; no score changes by that")


def _by_key(document: Document) -> dict[str, Document]:
    return {entry["key"]: entry for entry in document["criteria"]}


def _order(mine: Mapping[str, Document], others: Mapping[str, Document], axis: Axis) -> list[str]:
    """The keys that both have on this axis, in my order."""
    both = {key for key, entry in mine.items() if key in others and entry["axis"] == axis}
    return [key for key in mine if key in both and others[key]["axis"] == axis]


def _rules(rules: Sequence[Rule]) -> str:
    return "; ".join(rule.sentence for rule in rules)


def _changes(then: Document, now: Document, was: Wording, will: Wording) -> Iterator[Change]:
    """What is different about one criterion."""
    before, after = criterion_words(then, was), criterion_words(now, will)
    texts = []
    if then["axis"] != now["axis"]:
        texts.append(f"moves from {then['axis']} to {now['axis']}")
    if before.name != after.name:
        texts.append(f"was called “{before.name}”")
    texts += _rule_changes(then, now, before, after)
    texts += [f"now: {note}" for note in after.notes if note not in before.notes]
    texts += [f"no longer: {note}" for note in before.notes if note not in after.notes]
    if before.source != after.source:
        told, source = (f"“{text}”" if text else "none" for text in (after.source, before.source))
        texts.append(f"its source: {told} (was {source})")
    for text in texts:
        yield Change(Kind.CHANGED, f"“{after.name}”: {text}", str(now["key"]))
    if not texts and _exact(then) != _exact(now):
        told = f"“{after.name}”: the same in another order"
        yield Change(Kind.MOVED, told, str(now["key"]))


def _rule_changes(
    then: Document, now: Document, before: CriterionWords, after: CriterionWords
) -> list[str]:
    """Tiers are followed by what they ask for, then by what they give, then by their place."""
    old = list(zip(_parts(then), before.rules, strict=True))
    new = list(zip(_parts(now), after.rules, strict=True))
    texts: list[str] = []
    for same in (_asks_the_same, _gives_the_same, _anything):
        for mine in list(new):
            other = next((one for one in old if same(one[0], mine[0])), None)
            if other is not None and (same is not _anything or len(before.rules) == 1):
                old.remove(other)
                new.remove(mine)
                texts += _pair(other, mine)
    texts += [f"also gives {rule.worth} for: {rule.when}" for _, rule in new]
    texts += [f"no longer gives {rule.worth} for: {rule.when}" for _, rule in old]
    return texts


Part = tuple[Document, Rule]


def _pair(then: Part, now: Part) -> list[str]:
    """Two rules of which one became the other."""
    (old, was), (new, is_) = then, now
    texts = []
    asks_the_same = _asks_the_same(old, new)
    if not asks_the_same and (told := _long_lists(old, new)):
        texts.append(f"{is_.worth}: {told}")
    elif not asks_the_same and was.when != is_.when:
        gave = "" if was.worth == is_.worth else f" {was.worth} for"
        texts.append(f"gives {is_.worth} for: {is_.when} (was{gave}: {was.when})")
    elif not asks_the_same and _sorted(old, "attribute") != _sorted(new, "attribute"):
        read, was_read = (either(as_list(part.get("attribute"))) for part in (new, old))
        texts.append(f"reads {read} (was {was_read}) for: {is_.when}")
    elif not asks_the_same:  # told alike: its signals or lists are other ones of the same name
        texts.append(f"looks at something else of the same name: {is_.when}")
    if asks_the_same and was.worth != is_.worth:
        texts.append(f"gives {is_.worth} (was {was.worth}) for: {is_.when}")
    if was.label != is_.label:
        told = f"“{is_.label}”" if is_.label else "nothing of their own"
        before = f"“{was.label}”" if was.label else "nothing"
        texts.append(f"reps are told {told} (was {before}) for: {is_.when}")
    return texts


def _long_lists(then: Document, now: Document) -> str:
    """What came and went, if a long list is all that is different."""
    names = [name for name in {**then, **now} if _sorted(then, name) != _sorted(now, name)]
    names = [name for name in names if name not in _WORTH]
    if len(names) != 1 or names[0] not in SETS:
        return ""
    (name,) = names
    before, after = then.get(name) or [], now.get(name) or []
    if isinstance(before, str) or isinstance(after, str) or max(len(before), len(after)) < LONG:
        return ""
    return f"of its {name.replace('_', ' ')} {added_and_removed(before, after)}"


def _parts(entry: Document) -> list[Document]:
    """What each rule looks at: a tier's own parameters stand before the criterion's."""
    shared = {name: value for name, value in entry.items() if name not in _APART}
    return [{**shared, **tier} for tier in entry.get("tiers", [{}])]


# What is told beside the rules, and the tiers themselves.
_APART = frozenset(
    {"key", "axis", "name", "source", "group", "proxy_for", "recency", "role", "tiers"}
)


def _asks_the_same(then: Document, now: Document) -> bool:
    worth = ("per_unit", "points_per_burst", "share_of_base", "max_bursts", *_WORTH)
    names = [name for name in {**then, **now} if name not in worth]
    return all(_sorted(then, name) == _sorted(now, name) for name in names)


def _gives_the_same(then: Document, now: Document) -> bool:
    return "points" in now and then.get("points") == now["points"]


def _anything(then: Document, now: Document) -> bool:
    return True


def _sorted(entry: Document, name: str) -> str:
    """A value to compare by: without the order that says nothing."""
    value = entry.get(name)
    if name in SETS and isinstance(value, list | tuple):
        value = sorted(value, key=str)
    return _exact(value)


def _exact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
