"""What happens to the criteria's points, in words: whom it scores, limits, silence, the result."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rubrics.scoring.types import DecayMode, Subject
from rubrics.words.amounts import length_words, number_words
from rubrics.words.criteria import points_words
from rubrics.words.measured import conditions_words
from rubrics.words.wording import MISSING, Wording

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passage:
    """Some rules that belong together; ``key`` is the section of the document they stand in."""

    key: str
    title: str
    sentences: tuple[str, ...]


def section_passages(document: Document, wording: Wording | None = None) -> list[Passage]:
    """All sections of a whole document (defaults included), in the order in which they apply."""
    wording = wording or Wording.of(document)
    told = (
        Passage("segment", "Whom it scores", tuple(_subjects(document, wording))),
        Passage("groups", "Groups", tuple(_groups(document, wording))),
        Passage("limits", "Caps", tuple(_limits(document))),
        Passage("ceiling", "Ceiling", tuple(_ceiling(document, wording))),
        Passage("decay", "Silence", tuple(_silence(document))),
        Passage("cross_product", "Several products", tuple(_cross_product(document))),
        Passage("combination", "Total", tuple(_combination(document))),
        Passage("thresholds", "PQL", tuple(_thresholds(document))),
        Passage("bands", "Bands", tuple(_bands(document))),
        Passage("matrix", "Matrix", tuple(_matrix(document))),
    )
    return [passage for passage in told if passage.sentences]


def _subjects(document: Document, wording: Wording) -> Iterator[str]:
    whom = "accounts" if document.get("subject") == Subject.ACCOUNT else "people"
    segment = document.get("segment")
    if not segment:
        yield f"Scores all {whom} that no segment's rubric takes."
        return
    when = conditions_words(segment.get("when") or [], wording) or MISSING
    yield f"Scores the {whom} of the segment “{segment.get('name') or MISSING}”: {when}."
    order = number_words(segment.get("order"))
    yield f"Of several segments that fit, the lowest order takes precedence; this one's is {order}."


def _groups(document: Document, wording: Wording) -> Iterator[str]:
    members: dict[str, list[str]] = {}
    for entry in document.get("criteria") or ():
        if entry.get("group"):
            members.setdefault(entry["group"], []).append(f"“{entry.get('name') or entry['key']}”")
    for key, group in (document.get("groups") or {}).items():
        limits = [
            f"{word} {number_words(group[end])}"
            for word, end in (("at most", "max"), ("at least", "min"))
            if group.get(end) is not None
        ]
        of = f" ({', '.join(members[key])})" if key in members else ""
        yield f"The group {wording.group(key)} counts {' and '.join(limits) or MISSING}{of}."


def _limits(document: Document) -> Iterator[str]:
    limits = document["limits"]
    of_behavior = f"from 0 to {number_words(limits.get('behavior'))}."
    if limits.get("fit") == 0:
        yield f"There is no fit part. Behavior goes {of_behavior}"
    else:
        yield f"Fit goes from 0 to {number_words(limits.get('fit'))}, behavior {of_behavior}"
    if limits.get("velocity_exceeds_cap"):
        yield "The velocity bonus may lift behavior above its cap."


def _ceiling(document: Document, wording: Wording) -> Iterator[str]:
    if ceiling := document.get("ceiling"):
        when = conditions_words(ceiling.get("when") or [], wording) or MISSING
        name, most = ceiling.get("name") or "Ceiling", number_words(ceiling.get("behavior"))
        yield f"{name}: behavior is at most {most} while all of this holds: {when}."


def _silence(document: Document) -> Iterator[str]:
    decay = document["decay"]
    points, period = _points(decay.get("points")), length_words(decay.get("period"))
    percent = number_words(decay.get("percent", 10))
    price = {
        DecayMode.PERIODS: f"{points} for each full {period}",
        DecayMode.CONTINUOUS: f"{points} for every {period}, one point at a time",
        DecayMode.PERCENT: f"{percent} % of what is left for each full {period}",
        DecayMode.HALF_LIFE: f"half of what is left for every {period}, growing evenly",
    }.get(decay.get("mode", DecayMode.PERIODS))
    if price is None:
        yield "Behavior does not fade: silence costs nothing."
    else:
        grace = decay.get("grace", "0d")
        after = "" if grace == "0d" else f", after {length_words(grace)} without any cost"
        yield f"Silence costs {price}{after}, down to {number_words(decay.get('floor'))}."
    if expired := decay.get("expired"):
        yield (
            f"Once the trial is over it costs {_points(expired.get('points'))} for each full "
            f"{length_words(expired.get('period'))}, where that is more."
        )
    if decay.get("silence") == "both":
        yield "Criteria that punish silence count besides."
    elif any(entry.get("role") == "silence" for entry in document.get("criteria") or ()):
        yield "Of this and the criteria that punish silence only the larger counts."


def _cross_product(document: Document) -> Iterator[str]:
    if bonus := document.get("cross_product"):
        yield (
            f"{points_words(bonus.get('points'))} on behavior for whoever was active in "
            f"{number_words(bonus.get('products', 2))} or more products within the last "
            f"{length_words(bonus.get('within', '30d'))}."
        )


def _combination(document: Document) -> Iterator[str]:
    blend = document.get("combination") or {}
    if blend.get("mode") == "blend":
        yield (
            f"The total is 0 to 100: {number_words(blend.get('behavior'))} % behavior and "
            f"{number_words(blend.get('fit'))} % fit, each as a share of its cap."
        )
    elif document["limits"].get("fit") == 0:
        yield "The total is the behavior."
    else:
        yield "The total is fit plus behavior."


def _thresholds(document: Document) -> Iterator[str]:
    least = document["thresholds"]
    yield (
        f"A PQL has a total of {number_words(least.get('total'))} or more, with a fit of "
        f"{number_words(least.get('fit'))} or more and a behavior of "
        f"{number_words(least.get('behavior'))} or more."
    )


def _bands(document: Document) -> Iterator[str]:
    bands: Sequence[Document] = document.get("bands") or ()
    for band, above in pairwise([*bands, None]):
        assert band is not None  # only the last of the pairs' second halves is
        start = band.get("at_least")
        ends = above.get("at_least") if above else None
        span = f"{number_words(start)} to {ends - 1}" if ends else f"{number_words(start)} or more"
        meaning = f": {band['meaning']}" if band.get("meaning") else ""
        yield f"“{band.get('name') or MISSING}” is a total of {span}{meaning}."


def _matrix(document: Document) -> Iterator[str]:
    if matrix := document.get("matrix"):
        yield (
            f"Fit counts as high from {number_words(matrix.get('fit'))} on, behavior from "
            f"{number_words(matrix.get('behavior'))} on."
        )
        yield (
            "Tier 1 is high on both, tier 2 on behavior alone, tier 3 on fit alone, tier 4 on "
            "neither."
        )


def _points(raw: object) -> str:
    return "1 point" if raw == 1 else f"{number_words(raw)} points"
