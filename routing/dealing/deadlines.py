"""When an assigned PQL is due, and what happens before and after: pure arithmetic of an SLA."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.dealing.hours import WorkingHours


class Step(StrEnum):
    """What an SLA does about a PQL that nobody touches, in the order it may happen."""

    REMIND = "remind"
    BREACH = "breach"
    REMIND_LATE = "remind_late"
    ESCALATE = "escalate"
    REASSIGN = "reassign"


ORDER = {step: number for number, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a team promised, in working time; ``None`` leaves a step out.

    ``remind_before`` counts back from the due moment, the others count on from it.
    """

    first_touch: timedelta
    remind_before: timedelta | None = None
    remind_after: timedelta | None = None
    escalate_after: timedelta | None = None
    reassign_after: timedelta | None = None

    def span_to(self, step: Step) -> timedelta | None:
        """Working time from assignment to ``step``; None for a step that is left out."""
        match step:
            case Step.REMIND:
                before = self.remind_before
                return None if before is None else max(self.first_touch - before, timedelta(0))
            case Step.BREACH:
                return self.first_touch
            case Step.REMIND_LATE:
                after = self.remind_after
            case Step.ESCALATE:
                after = self.escalate_after
            case Step.REASSIGN:
                after = self.reassign_after
        return None if after is None else self.first_touch + after


@dataclass(frozen=True, slots=True)
class Due:
    """One step and its moment."""

    step: Step
    at: datetime


def due_at(terms: Terms, hours: WorkingHours, assigned_at: datetime) -> datetime:
    """By when the first touch is due. Raises NeverOpen where there are no such hours."""
    return hours.add_working(assigned_at, terms.first_touch)


def schedule(terms: Terms, hours: WorkingHours, assigned_at: datetime) -> tuple[Due, ...]:
    """Every step of the terms with its moment, in order. Raises NeverOpen, as above."""
    spans = ((step, terms.span_to(step)) for step in Step)
    found = [
        Due(step, hours.add_working(assigned_at, span)) for step, span in spans if span is not None
    ]
    return tuple(sorted(found, key=lambda due: (due.at, ORDER[due.step])))


def span_words(span: timedelta) -> str:
    """ "4 working hours", "1 working hour 30 minutes", "45 working minutes"."""
    minutes = int(span.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} working minute{'' if rest == 1 else 's'}"
    words = f"{hours} working hour{'' if hours == 1 else 's'}"
    return f"{words} {rest} minutes" if rest else words
