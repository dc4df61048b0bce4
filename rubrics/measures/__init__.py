"""What did this lead do, and who is it? One class per measure; adding one touches its file and
this register."""

from rubrics.measures.base import (
    AttributeMeasure,
    HitMeasure,
    Measure,
    Names,
    NestedMeasure,
    SpecError,
    SubjectMeasure,
    duration_text,
    duration_us,
    length_us,
)
from rubrics.measures.bursts import Bursts
from rubrics.measures.count import Count
from rubrics.measures.days_since import DaysSince, SinceLast
from rubrics.measures.distinct import DistinctDays, DistinctValues
from rubrics.measures.fit import (
    EmailDomainIn,
    IsPresent,
    NumberInRange,
    Overlaps,
    TextMatches,
    ValueInList,
)
from rubrics.measures.largest_value import LargestValue
from rubrics.measures.most_in_session import MostInSession

MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Count(),
        DistinctDays(),
        DistinctValues(),
        LargestValue(),
        MostInSession(),
        DaysSince(),
        SinceLast(),
        Bursts(),
        NumberInRange(),
        ValueInList(),
        TextMatches(),
        Overlaps(),
        EmailDomainIn(),
        IsPresent(),
    )
}

__all__ = [
    "MEASURES",
    "AttributeMeasure",
    "HitMeasure",
    "Measure",
    "Names",
    "NestedMeasure",
    "SpecError",
    "SubjectMeasure",
    "duration_text",
    "duration_us",
    "length_us",
]
