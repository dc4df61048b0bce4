"""Who is told of by name, with the lines that give other points."""

from collections.abc import Mapping, Sequence

from rubrics.models import PreviewLead
from rubrics.models.preview import Movement
from rubrics.previews.pairs import Pair
from rubrics.scoring.differences import compare
from rubrics.scoring.types import Line, Subject

MOVED_SHARE = 5
"""Of what there is room for, those who stay PQLs have at most one part in so many."""


def choose_kept(pairs: Sequence[Pair], room: int) -> list[Pair]:
    """Whom there is room for; who enters or leaves goes before who stays with another score."""
    crossing = [pair for pair in pairs if pair.was != pair.will][:room]
    spare = (room - len(crossing)) // MOVED_SHARE
    return crossing + [pair for pair in pairs if pair.movement is Movement.MOVED][:spare]


def row_of(
    pair: Pair,
    subject: Subject,
    rubrics: tuple[str, str],
    lines: tuple[Sequence[Line], Sequence[Line]],
) -> PreviewLead:
    """The row of somebody whose movement is told. ``rubrics`` and ``lines``: now, and then."""
    now, then = pair.now, pair.then
    assert pair.movement is not None  # nobody else is kept
    is_lead = subject is Subject.LEAD
    return PreviewLead(
        lead_id=pair.subject_id if is_lead else None,
        account_id=None if is_lead else pair.subject_id,
        movement=pair.movement,
        now_fit=now and now.fit,
        now_behavior=now and now.behavior,
        now_total=now and now.total,
        then_fit=then and then.fit,
        then_behavior=then and then.behavior,
        then_total=then and then.total,
        now_rubric=rubrics[0],
        then_rubric=rubrics[1],
        weight=pair.weight,
        lines=differing_lines(*lines),
    )


def differing_lines(was: Sequence[Line], will: Sequence[Line]) -> list[Mapping[str, object]]:
    """What gives other points, the largest difference first."""
    differing = sorted(compare(was, will), key=lambda line: -abs(line.difference))
    return [
        {
            "key": line.key,
            "label": line.label,
            "axis": line.axis.value,
            "now": line.then,  # a comparison calls "then" what came before
            "then": line.now,
            "reason": line.reason_now or line.reason_then,
        }
        for line in differing
    ]
