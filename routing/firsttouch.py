"""How long first touches took in the reps' working time: the time that an SLA counts, too.

By the clock of the wall a PQL that comes on Friday evening waits for three days, whoever its rep
is. Working time is each rep's own, cut at nights, weekends and the company's holidays; a rep's own
time off counts, for a lead does not wait for one person's holiday (docs/adr/0024).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from routing.availability import company_hours_of
from routing.models import Rep
from routing.models.qualification import QualificationQuerySet


@dataclass(frozen=True, slots=True)
class Took:
    """Half of the first touches took no longer than ``half``, nine of ten no longer than
    ``most``."""

    half: timedelta
    most: timedelta


def took_of(
    found: QualificationQuerySet, reps: Collection[Rep]
) -> tuple[Mapping[int, Took], Took | None]:
    """By rep id, and of all of them together; who touched none is left out. Two queries.

    A rep without any working hours has no working time to count.
    """
    hours = {pk: one for pk, one in company_hours_of(reps).items() if any(one.week)}
    touched = found.filter(rep__in=hours, first_touched_at__gte=F("assigned_at")).order_by()
    spans: dict[int, list[timedelta]] = defaultdict(list)
    for rep_id, since, until in touched.values_list("rep", "assigned_at", "first_touched_at"):
        assert rep_id is not None  # asked for, like both moments
        assert since is not None
        assert until is not None
        spans[rep_id].append(hours[rep_id].working_between(since, until))
    everybodys = [span for of_rep in spans.values() for span in of_rep]
    return {pk: _took(of_rep) for pk, of_rep in spans.items()}, (
        _took(everybodys) if everybodys else None
    )


def _took(spans: Sequence[timedelta]) -> Took:
    in_order = sorted(spans)
    return Took(_percentile(in_order, 0.5), _percentile(in_order, 0.9))


def _percentile(in_order: Sequence[timedelta], share: float) -> timedelta:
    """The value a share of them stays below, between two in proportion: SQL's
    ``percentile_cont``."""
    place = (len(in_order) - 1) * share
    low = int(place)
    high = min(low + 1, len(in_order) - 1)
    return in_order[low] + (in_order[high] - in_order[low]) * (place - low)
