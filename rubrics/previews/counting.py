"""The pairs of a chunk, counted (:mod:`rubrics.previews.tallies`)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from rubrics.previews.pairs import Pair, Worth, may_be_pql, short_of
from rubrics.previews.tallies import AXES, NEAR, SPANS, Tallies, count_all, new_tallies

Name = Callable[[Worth | None], str]
"""The name of the rubric that gave it; empty for no score."""


def count_pairs(pairs: Sequence[Pair], rubric_of: Name) -> Tallies:
    """Everything that is counted of them, but for what needs more reading."""
    tallies = new_tallies()
    _count_moves(tallies, pairs, rubric_of)
    tallies["seen"].update(_by_span([pair.age for pair in pairs]))
    tallies["now.pqls"].update(_by_span([pair.age for pair in pairs if pair.was]))
    tallies["then.pqls"].update(_by_span([pair.age for pair in pairs if pair.will]))
    _count_side(tallies, "now", [pair.now for pair in pairs if pair.now is not None])
    _count_side(tallies, "then", [pair.then for pair in pairs if pair.then is not None])
    return tallies


def count_countries(tallies: Tallies, pairs: Sequence[Pair], countries: Mapping[int, str]) -> None:
    """The PQLs of both sides by country."""
    was = [countries.get(pair.subject_id, "") for pair in pairs if pair.was]
    will = [countries.get(pair.subject_id, "") for pair in pairs if pair.will]
    count_all(tallies, "now.countries", was)
    count_all(tallies, "then.countries", will)


def _count_moves(tallies: Tallies, pairs: Sequence[Pair], rubric_of: Name) -> None:
    moves: Counter[str] = Counter()
    rubrics: Counter[str] = Counter()
    for pair in pairs:
        movement = pair.movement  # other thresholds alone make a PQL too: no score need differ
        if movement is not None:
            moves[movement.value] += 1
        if pair.was and pair.will:
            moves["stayed"] += 1
        if not pair.differs:
            continue
        if movement is None:
            moves["changed"] += 1
        was, will = rubric_of(pair.now), rubric_of(pair.then)
        if was != will:
            rubrics[f"{was or 'no rubric'} → {will or 'no rubric'}"] += 1
    tallies["moves"].update(moves)
    tallies["rubrics"].update(rubrics)


def _by_span(ages: Sequence[timedelta]) -> dict[str, int]:
    counts = {str(days): sum(age <= timedelta(days=days) for age in ages) for days in SPANS}
    return {"all": len(ages), **counts}


def _count_side(tallies: Tallies, side: str, worths: Sequence[Worth]) -> None:
    tallies[f"{side}.scored"]["all"] += len(worths)
    for axis in AXES:
        count_all(tallies, f"{side}.{axis}", [getattr(worth, axis) for worth in worths])
    count_all(tallies, f"{side}.tiers", [one.tier for one in worths if one.tier is not None])
    named = (one.version.version.bands[one.band].name for one in worths if one.band is not None)
    count_all(tallies, f"{side}.bands", named)
    others = [worth for worth in worths if not worth.is_pql]
    missing = map(short_of, others)
    count_all(tallies, f"{side}.short", [points for points in missing if points <= NEAR])
    tallies[f"{side}.unsure"]["all"] += sum(map(may_be_pql, others))
