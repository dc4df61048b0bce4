"""A criterion in words: one sentence a rule, and what else is true of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rubrics.scoring.types import Axis, Role
from rubrics.scoring.words import capitalized, signed
from rubrics.words.amounts import EACH, Amount, length_words, number_words
from rubrics.words.measured import measured_words
from rubrics.words.wording import MISSING, Wording, spoken

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What must be so, and what it gives or takes; ``label`` is what reps are told instead."""

    when: str
    worth: str
    label: str = ""

    @property
    def sentence(self) -> str:
        """``“Logged in” 5 or more times in the first 7 days: +10``."""
        return f"{self.when}: {self.worth}"


@dataclass(frozen=True, slots=True)
class CriterionWords:
    """A criterion as people read it. Of several rules the best that holds counts."""

    key: str
    name: str
    axis: Axis
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]
    source: str


def criterion_words(entry: Document, wording: Wording) -> CriterionWords:
    """An entry of ``criteria`` in words."""
    return CriterionWords(
        key=str(entry.get("key") or ""),
        name=str(entry.get("name") or spoken(entry.get("key")).capitalize()),
        axis=Axis.FIT if entry.get("axis") == Axis.FIT else Axis.BEHAVIOR,
        rules=_rules(entry, wording),
        notes=tuple(_notes(entry, wording)),
        source=str(entry.get("source") or ""),
    )


def _rules(entry: Document, wording: Wording) -> tuple[Rule, ...]:
    if "tiers" in entry:
        return tuple(_tier(entry, tier, wording) for tier in entry["tiers"])
    if "per_period" in entry:
        terms = entry["per_period"]
        return (_each(entry, Amount(EACH, terms.get("period")), terms, wording),)
    if "per_unit" in entry:
        return (_each(entry, Amount(EACH), entry["per_unit"], wording),)
    if entry.get("share_of_base") is not None:
        share = f"+{number_words(round(entry['share_of_base'] * 100, 6))} % of the points before it"
    else:
        share = points_words(entry.get("points_per_burst"))
    most = _at_most(entry.get("max_bursts", 1))
    return (Rule(capitalized(measured_words(entry, Amount(EACH), wording)), f"{share}{most}"),)


def _tier(entry: Document, tier: Document, wording: Wording) -> Rule:
    """One tier: its own parameters stand before those of the criterion."""
    when = measured_words({**entry, **tier}, Amount.of(tier), wording)
    return Rule(capitalized(when), points_words(tier.get("points")), str(tier.get("label") or ""))


def _each(entry: Document, amount: Amount, terms: Document, wording: Wording) -> Rule:
    when = capitalized(measured_words(entry, amount, wording))
    return Rule(when, f"{points_words(terms.get('points'))}{_at_most(terms.get('max'))}")


def _at_most(times: int | None) -> str:
    if times is None:
        return ""
    return ", once" if times == 1 else f", at most {times} times"


def points_words(raw: object) -> str:
    """``+15``, ``−10``."""
    return signed(raw) if isinstance(raw, int) else MISSING


def _notes(entry: Document, wording: Wording) -> list[str]:
    """What else is true: its group, what it stands in for, recency, silence."""
    notes = []
    if group := entry.get("group"):
        notes.append(f"Shares the limit of the group {wording.group(group)}")
    if proxy := entry.get("proxy_for"):
        notes.append(f"Stands in for “{proxy}”, which is not tracked")
    if recency := entry.get("recency"):
        factor, within = number_words(recency.get("factor")), length_words(recency.get("within"))
        notes.append(f"Counts ×{factor} while the last time is less than {within} ago")
    if entry.get("role") == Role.SILENCE:
        notes.append("Counts as a penalty for silence")
    return notes
