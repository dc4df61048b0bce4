"""What did this lead do, and who is it? One class per measure; adding one touches its file and
this register."""

from rubrics.measures.active_products import ActiveProducts
from rubrics.measures.attribute_growth import AttributeGrowth
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
from rubrics.measures.dates import DateWithin
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
from rubrics.measures.growth import Growth, UserGrowth
from rubrics.measures.largest_value import LargestValue
from rubrics.measures.sequence import StepSequence
from rubrics.measures.sessions import DistinctSessions, LongestSession, MostInSession
from rubrics.measures.trial import TrialAge, TrialOver
from rubrics.measures.users import ActiveUsers, Departments, ShareActive, UsersOnDomain
from rubrics.measures.weighted_count import WeightedCount

MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Count(),
        DistinctDays(),
        DistinctValues(),
        DistinctSessions(),
        LargestValue(),
        MostInSession(),
        LongestSession(),
        WeightedCount(),
        Growth(),
        StepSequence(),
        DaysSince(),
        SinceLast(),
        Bursts(),
        TrialAge(),
        TrialOver(),
        ActiveProducts(),
        ActiveUsers(),
        ShareActive(),
        UserGrowth(),
        Departments(),
        UsersOnDomain(),
        NumberInRange(),
        ValueInList(),
        TextMatches(),
        Overlaps(),
        EmailDomainIn(),
        IsPresent(),
        DateWithin(),
        AttributeGrowth(),
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
