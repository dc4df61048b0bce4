"""Who is told of by name, with the lines that give other points."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rubrics.models import Preview, PreviewLead
from rubrics.models.preview import Movement
from rubrics.previews.pairs import Pair
from rubrics.scoring.differences import compare
from rubrics.scoring.types import Line, Subject

MOST_CROSSING = 10_000
"""Who enters or leaves; all are counted."""
MOST_MOVED = 1_000
"""Who stays a PQL with another score: of less interest, and there may be very many."""


class Room(NamedTuple):
    """How many more may be kept by name: of who enters or leaves, and of who stays."""

    crossing: int
    moved: int


def room_left(preview: Preview) -> Room:
    """What is left beside those kept so far."""
    crossing, moved = crossings(preview), preview.count("moves", Movement.MOVED)
    return Room(max(MOST_CROSSING - crossing, 0), max(MOST_MOVED - moved, 0))


def crossings(preview: Preview) -> int:
    """How many enter or leave, as far as it was looked."""
    return sum(preview.count("moves", one) for one in (Movement.ENTERED, Movement.LEFT))


def choose_kept(pairs: Sequence[Pair], room: Room) -> list[Pair]:
    """Whom there is room for."""
    crossing = [pair for pair in pairs if pair.was != pair.will][: room.crossing]
    return crossing + [pair for pair in pairs if pair.movement is Movement.MOVED][: room.moved]


def trim(rows: Sequence[PreviewLead], room: Room) -> list[PreviewLead]:
    """The rows of chunks that were looked at side by side, each as if alone with the room."""
    crossing = [row for row in rows if row.movement != Movement.MOVED][: room.crossing]
    return crossing + [row for row in rows if row.movement == Movement.MOVED][: room.moved]


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
        gates=[gate._asdict() for gate in pair.deciding],
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
