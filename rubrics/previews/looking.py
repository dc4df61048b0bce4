"""Some leads, or accounts: what they score now, and what they would score with the draft.

A chunk is read in one snapshot that the database lets nobody write in. What scores now is read from
the stored scores. Whom the same version would go on to score is not measured again: nothing changes
for them. Nor is anybody whose stored score holds all that the draft measures (known.py). Everybody
else is measured and judged as live scoring does it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from rubrics.mappers import Compiled, compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountIds, AccountRange, LeadIds, LeadRange
from rubrics.models import PreviewLead
from rubrics.models.preview import Movement
from rubrics.previews.counting import count_countries, count_pairs
from rubrics.previews.keeping import Room, choose_kept, row_of
from rubrics.previews.known import read_known
from rubrics.previews.pairs import Pair, Worth
from rubrics.previews.plan import Plan
from rubrics.previews.reading import Now, countries_of, read_measured, read_now
from rubrics.previews.tallies import Tallies
from rubrics.proof.reading import one_snapshot
from rubrics.scores import Chunk, plan_for_bulk
from rubrics.scoring.lines import lines
from rubrics.scoring.types import Axis, Judgement, Line, Measured, Subject
from rubrics.segments import choose

Several = LeadRange | AccountRange | LeadIds | AccountIds


@dataclass(frozen=True, slots=True)
class Found:
    """What a chunk came to: what is counted, and who is kept by name."""

    tallies: Tallies
    rows: list[PreviewLead]


class Judged(NamedTuple):
    """Somebody who was measured anew: by which version, and what it is worth."""

    version: Compiled
    measured: Measured
    judgement: Judgement


@dataclass(slots=True)
class Then:
    """What the panel with the draft gives: ``same`` keep the score they have."""

    judged: dict[int, Judged] = field(default_factory=dict)
    same: set[int] = field(default_factory=set)


def look(plan: Plan, part: Chunk, *, at: datetime, room: Room) -> Found:
    """Compare a chunk's results now and then; keep by name whom there is ``room`` for."""
    with one_snapshot():
        plan_for_bulk()
        subject, product_id = plan.panel.subject, plan.panel.product_id
        stored = read_now(subject, product_id, part.low, part.high)
        ids = {row.version_id for row in stored if row.version_id is not None}
        versions = {version_id: compiled(version_id) for version_id in ids}
        known = read_known(plan.draft, versions, stored, at=at)
        then = _judge(plan, part, at, stored, known)
        pairs = [_pair(row, versions, then, at) for row in stored]
        tallies = count_pairs(pairs, plan.rubric_of)
        pqls = [pair.subject_id for pair in pairs if pair.was or pair.will]
        count_countries(tallies, pairs, countries_of(subject, pqls))
        kept = choose_kept(pairs, room)
        numbers = read_measured(subject, product_id, [pair.subject_id for pair in kept])
    rows = [_row(plan, pair, then, numbers) for pair in kept]
    for row in rows:
        if row.movement != Movement.MOVED:
            tallies[row.movement].update(line["label"] for line in row.lines)
    return Found(tallies, rows)


def _judge(
    plan: Plan, part: Chunk, at: datetime, stored: Sequence[Now], known: Mapping[int, Measured]
) -> Then:
    """Choose, measure and judge by the panel with the draft in."""
    panel, then = plan.panel, Then()
    of_leads = panel.subject is Subject.LEAD
    everybody = (LeadRange if of_leads else AccountRange)(part.low, part.high, at)
    some = LeadIds if of_leads else AccountIds
    if panel.is_plain:
        _judge_known(then, plan.draft, known)
        unknown = [row.subject_id for row in stored if row.subject_id not in known]
        if unknown:
            _measure(then, plan.draft, some(unknown, at) if known else everybody)
        return then
    choice = choose(panel, everybody)
    scored_by = {row.subject_id: row.version_id for row in stored}
    for version in panel.versions:
        ids = choice.ids[version.version_id]
        if version is plan.draft:
            mine = {one: known[one] for one in ids if one in known}
            _judge_known(then, version, mine)
            ids = [one for one in ids if one not in mine]
        else:  # only who comes to it from another one
            same = {one for one in ids if scored_by.get(one) == version.version_id}
            then.same |= same
            ids = [one for one in ids if one not in same]
        if ids:
            _measure(then, version, everybody if choice.is_for_all(ids) else some(ids, at))
    return then


def _judge_known(then: Then, draft: Compiled, known: Mapping[int, Measured]) -> None:
    for subject_id, measured in known.items():
        then.judged[subject_id] = Judged(draft, measured, draft.judge(measured))


def _measure(then: Then, version: Compiled, subjects: Several) -> None:
    judge = version.judge
    for subject_id, measured in measure(
        version.version,
        subjects,
        product_id=version.product_id,
        names=version.names,
        looks_ahead=False,
    ):
        then.judged[subject_id] = Judged(version, measured, judge(measured))


def _pair(row: Now, versions: Mapping[int, Compiled], then: Then, at: datetime) -> Pair:
    now = None if row.version_id is None else Worth(versions[row.version_id], *row.result)
    age = at - row.started_at
    if row.subject_id in then.same:
        return Pair(row.subject_id, age, now, now)
    found = then.judged.get(row.subject_id)
    return Pair(row.subject_id, age, now, None if found is None else worth_of(found))


def worth_of(found: Judged) -> Worth:
    """What was judged, as far as a preview tells it."""
    result = found.judgement
    return Worth(
        found.version,
        result.fit,
        result.fit_high,
        result.behavior,
        result.total,
        result.is_pql,
        result.band,
        result.tier,
    )


def _row(plan: Plan, pair: Pair, then: Then, numbers: Mapping[int, Measured]) -> PreviewLead:
    was = will = None
    if pair.now is not None:
        version, measured = pair.now.version, numbers[pair.subject_id]
        was = Judged(version, measured, version.judge(measured))
    if pair.then is pair.now:
        will = was
    elif pair.then is not None:
        will = then.judged[pair.subject_id]
    before, after = _points(was), _points(will)
    differing = {key for key in before | after if before.get(key, 0) != after.get(key, 0)}
    rubrics = plan.rubric_of(pair.now), plan.rubric_of(pair.then)
    told = _lines(was, differing), _lines(will, differing)
    return row_of(pair, plan.panel.subject, rubrics, told)


Key = tuple[Axis, str]


def _points(found: Judged | None) -> dict[Key, int]:
    """What each criterion gives."""
    if found is None:
        return {}
    pairs = zip(found.version.version.criteria, found.judgement.points, strict=True)
    return {(criterion.axis, criterion.key): points for criterion, points in pairs}


def _lines(found: Judged | None, only: Collection[Key]) -> Sequence[Line]:
    if found is None:
        return ()
    version = found.version
    judged = (version.version, found.measured, found.judgement, version.describe)
    return lines(*judged, only=only)
