"""A criterion keeps its key across versions, and a key its meaning (docs/adr/0030).

What somebody scored is kept, compared and explained by key. A key that stands for something else
than it did in a published version would make one criterion of two.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads.models import Signal
from rubrics.measures import MEASURES, AttributeMeasure, HitMeasure
from rubrics.models import Criterion, Rubric, RubricVersion
from rubrics.models.rubric import VersionStatus
from rubrics.rows import criterion_document
from rubrics.scoring.types import Role
from rubrics.words import Wording, criterion_words
from rubrics.words.wording import as_list

Entry = Mapping[str, Any]

DONE, KNOWN = "what people did", "what is known of somebody"
_ROLES = {Role.VELOCITY.value: "bursts of activity", Role.SILENCE.value: "silence"}


@dataclass(frozen=True, slots=True)
class Reuse:
    """A key that meant something else in ``version``.

    ``is_certain``: it is of another kind, so that it cannot be the same criterion. Else it looks at
    other signals or attributes, which may tell the same: only people can know.
    """

    key: str
    version: RubricVersion
    meant: str
    was: str
    now: str
    is_certain: bool
    free_key: str

    @property
    def problem(self) -> str:
        """What is wrong and how to mend it; follows the name of the field."""
        start = f"means something else in {self.version}: {self.meant}."
        fix = f"a key of its own, e.g. {self.free_key}"
        if self.is_certain:
            return (
                f"{start} There it looks at {self.was}, here at {self.now}. Give the new criterion "
                f"{fix}, so that the history of both stays true"
            )
        return (
            f"{start} Here it looks at none of the same {self.was}. If it is the same thing, told "
            f"by other {self.was} now, keep the key; if not, give the new criterion {fix}"
        )


def reused_keys(entries: Iterable[Entry], rubric: Rubric) -> list[Reuse]:
    """The entries of ``criteria`` whose key meant something else in the newest version of the
    rubric that had it and was ever published."""
    by_key = {str(entry["key"]): entry for entry in entries}
    earlier = _earlier(rubric, by_key)
    differing = [
        (key, version, was)
        for key, (version, was) in earlier.items()
        if _kind(was) != _kind(by_key[key]) or _is_elsewhere(was, by_key[key])
    ]
    if not differing:
        return []
    names = dict(Signal.objects.filter(product=rubric.product_id).values_list("key", "name"))
    taken = {*by_key, *published_keys(rubric)}
    return [
        _reuse(version, was, by_key[key], Wording(signals=names), taken)
        for key, version, was in differing
    ]


def published_keys(rubric: Rubric) -> set[str]:
    """Every key of a criterion that the rubric's versions ever scored by."""
    return set(_published(rubric).values_list("key", flat=True).distinct())


def _published(rubric: Rubric) -> Any:
    rows = Criterion.objects.filter(version__rubric=rubric)
    return rows.exclude(version__status=VersionStatus.DRAFT)


def _earlier(rubric: Rubric, keys: Iterable[str]) -> dict[str, tuple[RubricVersion, Entry]]:
    """By key the newest published version that has it, and the entry there."""
    rows = _published(rubric).filter(key__in=list(keys)).order_by("-version__number")
    found: dict[str, tuple[RubricVersion, Entry]] = {}
    for row in rows.select_related("version__rubric").prefetch_related("tiers"):
        if row.key not in found:
            found[row.key] = (row.version, criterion_document(row))
    return found


def _reuse(
    version: RubricVersion, was: Entry, entry: Entry, wording: Wording, taken: set[str]
) -> Reuse:
    told, key = criterion_words(was, wording), str(entry["key"])
    rules = "; ".join(rule.sentence for rule in told.rules)
    is_certain = _kind(was) != _kind(entry)
    things = "attributes" if _kind(was) == KNOWN else "signals"
    return Reuse(
        key=key,
        version=version,
        meant=f"“{told.name}”" + (f" ({rules})" if rules else ""),
        was=_kind(was) if is_certain else things,
        now=_kind(entry),
        is_certain=is_certain,
        free_key=free_key(key, taken),
    )


def free_key(base: str, taken: Iterable[str]) -> str:
    """The key, or the first with a number after it that is not taken."""
    taken = set(taken)
    numbered = (f"{base[:56]}_{number}" for number in range(2, 2 + len(taken) + 1))
    return next(key for key in (base, *numbered) if key not in taken)


def _kind(entry: Entry) -> str:
    """What it looks at, in words."""
    role = str(entry.get("role") or Role.ACTION)
    if role in _ROLES:
        return _ROLES[role]
    measure = MEASURES[str(entry["measure"])]
    if isinstance(measure, AttributeMeasure):
        return KNOWN
    return DONE if isinstance(measure, HitMeasure) else f"“{measure.label.lower()}”"


def _is_elsewhere(was: Entry, now: Entry) -> bool:
    """Whether they have no signal, or attribute, in common."""
    return bool(_things(was)) and not _things(was) & _things(now)


def _things(entry: Entry) -> set[str]:
    """The signals or attributes that its tiers look at, by key."""
    tiers: Sequence[Entry] = entry.get("tiers") or [{}]
    found: set[str] = set()
    for tier in tiers:
        part = {**entry, **tier}
        for name in ("signals", "attribute"):
            found.update(as_list(part.get(name)))
        for step in as_list(part.get("steps")):
            found.update(as_list(step))
    if not found and entry["measure"] == "email_domain_in":
        found.add("lead.email")
    return found
