"""A preview as people read it: what would change, against what is usual. Reads the row alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rubrics.benchmarks.bands import PQL_SHARE
from rubrics.charts.histogram import Histogram, histogram, scores_of
from rubrics.documents import parse_document
from rubrics.labels import TIERS
from rubrics.mappers import compiled
from rubrics.measures import SpecError
from rubrics.models import Preview
from rubrics.previews.keeping import MOST_CROSSING
from rubrics.previews.tallies import SIDES, SPANS
from rubrics.scoring.types import Version

FEW_SIGN_UPS = 30
"""Of fewer the share says nothing yet."""
NEAR_STEPS = (5, 10, 20)
MOST_REASONS = 6
WIDE, NARROW = (720.0, 220.0), (420.0, 180.0)
"""Of a chart: the width and the height of its view box."""


@dataclass(frozen=True, slots=True)
class Count:
    """One thing counted now and then."""

    label: str
    now: int
    then: int

    @property
    def difference(self) -> int:
        return self.then - self.now


@dataclass(frozen=True, slots=True)
class Share:
    """PQLs among the sign-ups of some days; ``level`` is a :class:`rubrics.benchmarks.Verdict` on
    ``then``, or empty for too few to tell; ``verdict`` says it in words."""

    label: str
    sign_ups: int
    now: int
    then: int
    level: str
    verdict: str

    @property
    def now_percent(self) -> float | None:
        return _percent(self.now, self.sign_ups)

    @property
    def then_percent(self) -> float | None:
        return _percent(self.then, self.sign_ups)


@dataclass(frozen=True, slots=True)
class Chart:
    """A histogram and what it is of."""

    title: str
    drawn: Histogram


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything a preview tells but for the names."""

    seen: int
    pqls: Count
    entered: int
    left: int
    stayed: int
    moved: int
    changed: int
    shares: tuple[Share, ...]
    bands: tuple[Count, ...]
    tiers: tuple[Count, ...]
    near: tuple[Count, ...]
    unsure: Count
    countries: tuple[Count, ...]
    rubrics: tuple[tuple[str, int], ...]
    reasons_to_enter: tuple[tuple[str, int], ...]
    reasons_to_leave: tuple[tuple[str, int], ...]

    @property
    def net(self) -> int:
        """How many PQLs more (or, negative, fewer) there would be."""
        return self.pqls.difference

    @property
    def lost_net(self) -> int:
        """How many PQLs fewer there would be."""
        return -self.net

    @property
    def churn_percent(self) -> float | None:
        """Of those who are PQLs now, the percentage who would be none."""
        return _percent(self.left, self.pqls.now)

    @property
    def is_cut(self) -> bool:
        """Whether more enter and leave than are kept by name."""
        return self.entered + self.left > MOST_CROSSING


def pqls_of(preview: Preview) -> Count:
    """PQLs now and then. Needs no query: for lists."""
    return _count(preview, "PQLs", "pqls", "all")


def crossings_of(preview: Preview) -> tuple[int, int]:
    """How many enter and how many leave. Needs no query: for lists."""
    moves: Mapping[str, int] = preview.tallies.get("moves", {})
    return moves.get("entered", 0), moves.get("left", 0)


def summarize(preview: Preview) -> Summary:
    """What a preview found (so far, if it is not done)."""
    moves: Mapping[str, int] = preview.tallies.get("moves", {})
    entered, left = crossings_of(preview)
    return Summary(
        seen=preview.count("seen", "all"),
        pqls=pqls_of(preview),
        entered=entered,
        left=left,
        stayed=moves.get("stayed", 0),
        moved=moves.get("moved", 0),
        changed=moves.get("changed", 0),
        shares=tuple(_share(preview, span) for span in (*map(str, SPANS), "all")),
        bands=_labels(preview, "bands", first=_bands_of(preview)),
        tiers=tuple(
            Count(f"Tier {count.label}: {TIERS[int(count.label)].lower()}", count.now, count.then)
            for count in _labels(preview, "tiers")
        ),
        near=tuple(
            Count(f"up to {points} points", *(_near(preview, side, points) for side in SIDES))
            for points in NEAR_STEPS
        ),
        unsure=_count(preview, "unsure", "unsure", "all"),
        countries=_labels(preview, "countries", largest_first=True),
        rubrics=_largest(preview.tallies.get("rubrics", {})),
        reasons_to_enter=_largest(preview.tallies.get("entered", {}))[:MOST_REASONS],
        reasons_to_leave=_largest(preview.tallies.get("left", {}))[:MOST_REASONS],
    )


def _count(preview: Preview, label: str, tally: str, value: str) -> Count:
    return Count(label, *(preview.count(f"{side}.{tally}", value) for side in SIDES))


def _labels(
    preview: Preview, tally: str, *, first: Iterable[str] = (), largest_first: bool = False
) -> tuple[Count, ...]:
    """Everything a tally of both sides has, ``first`` and then by name, or the largest first."""
    found: list[dict[str, int]] = [preview.tallies.get(f"{side}.{tally}", {}) for side in SIDES]
    names = dict.fromkeys([*first, *sorted({*found[0], *found[1]})])
    counts = [Count(name, found[0].get(name, 0), found[1].get(name, 0)) for name in names]
    if largest_first:
        counts.sort(key=lambda count: (-max(count.now, count.then), count.label))
    return tuple(counts)


def _bands_of(preview: Preview) -> list[str]:
    """The draft's bands from the lowest."""
    return [str(band["name"]) for band in preview.document.get("bands") or ()]


def _largest(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _near(preview: Preview, side: str, points: int) -> int:
    counts: Mapping[str, int] = preview.tallies.get(f"{side}.short", {})
    return sum(number for short, number in counts.items() if int(short) <= points)


def _share(preview: Preview, span: str) -> Share:
    sign_ups = preview.count("seen", span)
    count = _count(preview, span, "pqls", span)
    label = "All sign-ups" if span == "all" else f"Last {span} days"
    level, verdict = judge_share(count.then, sign_ups)
    return Share(label, sign_ups, count.now, count.then, level, verdict)


def judge_share(pqls: int, sign_ups: int) -> tuple[str, str]:
    """A verdict on the share of sign-ups that are PQLs, and what to do about it."""
    if sign_ups < FEW_SIGN_UPS:
        return "", "Too few sign-ups to judge"
    percent = 100 * pqls / sign_ups
    if percent > PQL_SHARE.most:
        words = "Many: reps may not keep up. Raise the thresholds"
    elif percent < PQL_SHARE.least:
        words = "Few: reps may run out of work. Lower the thresholds"
    else:
        words = "Good"
    return PQL_SHARE.verdict(percent), words


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def charts(preview: Preview) -> list[Chart]:
    """The histograms of both sides: total, behavior, fit. One query for each version's rules."""
    draft = _draft_of(preview)
    if draft is None:
        return []
    now = _published_version(preview)
    axes = (
        ("Total", "total", draft.max_total, WIDE),
        ("Behavior", "behavior", draft.max_behavior, NARROW),
        ("Fit", "fit", draft.max_fit, NARROW),
    )
    drawn = [
        (
            title,
            histogram(
                *(scores_of(preview.tallies.get(f"{side}.{axis}", {})) for side in SIDES),
                top=top,
                now_threshold=getattr(now.thresholds, axis) if now else None,
                then_threshold=getattr(draft.thresholds, axis),
                width=size[0],
                height=size[1],
            ),
        )
        for title, axis, top, size in axes
    ]
    return [Chart(title, chart) for title, chart in drawn if chart is not None]


def _draft_of(preview: Preview) -> Version | None:
    try:
        return parse_document(preview.document)
    except SpecError:  # made by an earlier release that read documents otherwise
        return None


def _published_version(preview: Preview) -> Version | None:
    """What was published of the rubric when the preview began; it never changes since."""
    for version in map(compiled, preview.beside):
        if version.rubric_id == preview.rubric_id:
            return version.version
    return None
