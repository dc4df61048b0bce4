"""The benchmark bands, and where a rubric stands in them.

Source: methodology, "Benchmarks" (low / typical / high): start from them, adjust, validate, and
document where you deviate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rubrics.benchmarks.worth import Worth, worth_of
from rubrics.measures import SpecError, duration_us
from rubrics.scoring.types import DAY_US

Document = Mapping[str, Any]

SOURCE = "Methodology, benchmarks"


class Verdict(StrEnum):
    """How far from what is usual."""

    GOOD = "good"
    EDGE = "edge"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Band:
    """``low`` to ``high`` is what is seen at all, ``least`` to ``most`` what is usual."""

    low: float
    least: float
    most: float
    high: float
    unit: str = ""

    def verdict(self, value: float) -> Verdict:
        """Usual, at the edge of what is seen, or beyond it."""
        if self.least <= value <= self.most:
            return Verdict.GOOD
        return Verdict.EDGE if self.low <= value <= self.high else Verdict.OFF

    def words(self, value: float) -> str:
        """The verdict in words: ``usual``, ``low``, ``very high``."""
        verdict = self.verdict(value)
        if verdict is Verdict.GOOD:
            return "usual"
        side = "low" if value < self.least else "high"
        return side if verdict is Verdict.EDGE else f"very {side}"

    @property
    def typical(self) -> str:
        """What is usual: ``60 to 70 %``."""
        return f"{self.least:g} to {self.most:g}{self.unit}"


CRITERIA = Band(10, 15, 25, 35)
BEHAVIOR_SHARE = Band(50, 60, 70, 80, " %")
FIT_SHARE = Band(20, 30, 40, 50, " %")
NEGATIVE_SHARE = Band(5, 10, 15, 25, " %")
VELOCITY_SHARE = Band(0, 25, 50, 100, " %")
DECAY_START = Band(7, 14, 21, 30, " days")
DECAY_RATE = Band(5, 10, 15, 25, " points a 30 days")
DECAY_PERCENT = Band(5, 10, 15, 25, " % a 30 days")
FLOOR = Band(0, 5, 10, 20)
RECENCY = Band(24, 48, 72, 168, " hours")
PQL_SHARE = Band(3, 5, 15, 25, " %")
"""PQLs among sign-ups: 5-15 % is good, under 3 % or over 25 % red."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where one number of a rubric stands.

    ``part`` is where it is changed (a section's name, or ``criteria``); ``words`` say what the
    verdict is, ``why`` what the number is good for and what to do about it.
    """

    key: str
    label: str
    value: str
    typical: str
    verdict: Verdict
    words: str
    why: str
    part: str
    source: str = SOURCE


def readings(document: Document) -> list[Reading]:
    """Where the rubric's numbers stand, those that it has."""
    worth = worth_of(document)
    return [
        *_counts(document),
        *_weights(document, worth),
        *_thresholds(document, worth),
        *_silence(document),
        *_recency(document),
    ]


def _reading(key: str, label: str, value: float, band: Band, why: str, part: str) -> Reading:
    rounded = round(value, 1)
    return Reading(
        key,
        label,
        f"{rounded:g}{band.unit}",
        band.typical,
        band.verdict(rounded),
        band.words(rounded),
        why,
        part,
    )


def _counts(document: Document) -> Iterator[Reading]:
    count = len(document.get("criteria") or ())
    why = {
        "very low": "Scores will be coarse. Right for the first six months, with too little "
        "history to choose from (5 to 8 criteria then); else add what your won deals did.",
        "low": "A few more signals would tell good leads apart better.",
        "usual": "Enough to tell leads apart, few enough to explain to a rep.",
        "high": "Hard to explain. Drop what hardly any lead reaches.",
        "very high": "Nobody can explain such a score. Drop or group criteria.",
    }[CRITERIA.words(count)]
    yield _reading("criteria", "Criteria", count, CRITERIA, why, "criteria")


def _weights(document: Document, worth: Worth) -> Iterator[Reading]:
    blend = document.get("combination") or {}
    behavior, fit = worth.behavior_most, worth.fit_most
    if blend.get("mode") == "blend":
        behavior, fit = blend.get("behavior") or 0, blend.get("fit") or 0
    part = "combination" if blend.get("mode") == "blend" else "limits"
    if behavior + fit:
        why = (
            "How much of the most a lead can reach comes from what it does. Use says more about "
            "buying than who somebody is; half and half suits few, large deals."
        )
        share = 100 * behavior / (behavior + fit)
        yield _reading("behavior", "Weight of behavior", share, BEHAVIOR_SHARE, why, part)
        why = (
            "The rest: how much comes from who the lead is. It keeps heavy users of the wrong "
            "kind out."
        )
        yield _reading("fit", "Weight of fit", 100 - share, FIT_SHARE, why, part)
    if worth.behavior_plus:
        share = 100 * worth.behavior_minus / worth.behavior_plus
        why = (
            "What behavior can lose by its criteria, as a share of what they can give. "
            "Disqualifiers of fit (a competitor, a personal e-mail) are left out: they are meant "
            "to decide alone."
        )
        yield _reading("negative", "Negative behavior", share, NEGATIVE_SHARE, why, "criteria")
    if worth.velocity is not None:
        why = "What a burst of activity adds. Above all of the behavior it rewards it outweighs it."
        yield _reading(
            "velocity", "Velocity bonus", 100 * worth.velocity, VELOCITY_SHARE, why, "criteria"
        )


def _thresholds(document: Document, worth: Worth) -> Iterator[Reading]:
    asked = document.get("thresholds") or {}
    is_blend = (document.get("combination") or {}).get("mode") == "blend"
    most = {
        "total": 100 if is_blend else worth.fit_most + worth.behavior_most,
        "fit": worth.fit_most,
        "behavior": worth.behavior_most,
    }
    usual = {
        "total": "80 of 150",
        "fit": "15 of 50",
        "behavior": "40 of 100",
    }
    for axis, least in (("total", 80), ("fit", 15), ("behavior", 40)):
        value = asked.get(axis, least)
        within = f"{value} of {most[axis]}"
        if value > most[axis]:
            verdict, words = Verdict.OFF, "out of reach"
            why = f"No lead can reach {value}: its criteria give {most[axis]} at most."
        elif value == 0:
            verdict, words = Verdict.EDGE, "none asked"
            why = (
                "Without it one axis alone can make a PQL: keen users who will never buy, or "
                "the right company that does not use it."
            )
        else:
            verdict, words = Verdict.GOOD, "within reach"
            why = (
                "What a PQL has at least. The preview says how many leads that makes: 5 to 15 "
                "% of the sign-ups is good."
            )
        yield Reading(
            f"threshold-{axis}",
            f"PQL: {axis}",
            within,
            usual[axis],
            verdict,
            words,
            why,
            "thresholds",
            "Methodology section 4, PQL qualification logic",
        )


def _silence(document: Document) -> Iterator[Reading]:
    decay = document.get("decay") or {}
    mode = decay.get("mode", "periods")
    starts = [_days(_period(entry)) for entry in _criteria(document) if _is_silence(entry)]
    period = _days(decay.get("period", "30d"))
    if mode != "none" and period:
        grace = _days(decay.get("grace", "0d")) or 0
        begins = grace + (period if mode in ("periods", "percent") else 0)
        starts.append(begins or 1)
    known = [start for start in starts if start]
    if known:
        why = "After so long without activity the first points go. Short suits short sales cycles."
        yield _reading("decay-start", "Silence costs after", min(known), DECAY_START, why, "decay")
    if mode in ("periods", "continuous") and period:
        rate = (decay.get("points", 10) or 0) * 30 / period
        why = (
            "How fast interest fades. About as fast as your sales cycle: 30 days short, 60 to "
            "90 enterprise."
        )
        yield _reading("decay-rate", "Silence costs", rate, DECAY_RATE, why, "decay")
    elif mode in ("percent", "half_life") and period:
        kept = 1 - (decay.get("percent", 10) or 0) / 100 if mode == "percent" else 0.5
        rate = 100 * (1 - kept ** (30 / period))
        why = (
            "How fast interest fades. Halving every 7 days is warned against: it forgets too soon."
        )
        yield _reading("decay-rate", "Silence costs", rate, DECAY_PERCENT, why, "decay")
    if mode != "none":
        why = (
            "Silence takes no score below it, so that a lead who comes back starts from something."
        )
        yield _reading("floor", "Floor", decay.get("floor", 5) or 0, FLOOR, why, "decay")


def _recency(document: Document) -> Iterator[Reading]:
    within = [
        days * 24
        for entry in _criteria(document)
        if (days := _days((entry.get("recency") or {}).get("within")))
    ]
    if within:
        why = "For so long an action counts as fresh."
        worst = max(within, key=lambda hours: RECENCY.verdict(hours) is not Verdict.GOOD)
        yield _reading("recency", "Counts as recent", worst, RECENCY, why, "criteria")


def _criteria(document: Document) -> list[Mapping[str, Any]]:
    return list(document.get("criteria") or ())


def _is_silence(entry: Mapping[str, Any]) -> bool:
    return entry.get("role") == "silence"


def _period(entry: Mapping[str, Any]) -> object:
    """The length of silence from which the criterion takes points."""
    if terms := entry.get("per_period"):
        return terms.get("period")
    tiers = [tier.get("at_least") or tier.get("more_than") for tier in entry.get("tiers") or ()]
    lengths = [one for one in tiers if _days(one)]
    return min(lengths, key=lambda one: _days(one) or 0, default=None)


def _days(length: object) -> float | None:
    if isinstance(length, int | float):
        return float(length)
    try:
        return duration_us(length, "") / DAY_US
    except SpecError:
        return None
