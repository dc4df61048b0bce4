from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from routing.models import DayOff, Rep
from tests.factories.routing import RepFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def test_available_leaves_out_who_is_switched_off_away_or_deactivated() -> None:
    there = RepFactory.create()
    RepFactory.create(is_available=False)
    RepFactory.create(user__is_active=False)
    away = RepFactory.create(off_until=AT + timedelta(minutes=1))
    assert list(Rep.objects.available(AT)) == [there]
    assert set(Rep.objects.available(AT + timedelta(minutes=1))) == {there, away}


def test_available_knows_the_date_where_the_rep_is() -> None:
    here, there = RepFactory.create(), RepFactory.create(time_zone="Pacific/Auckland")
    DayOff.objects.create(first=date(2026, 3, 11), last=date(2026, 3, 11))
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)  # 1 in the morning of the 11th in Auckland
    assert list(Rep.objects.available(noon)) == [here]
    assert list(Rep.objects.available(noon + timedelta(days=1))) == [there]


def test_available_a_day_off_of_one_concerns_nobody_else() -> None:
    one, other = RepFactory.create_batch(2)
    DayOff.objects.create(rep=one, first=AT.date() - timedelta(days=1), last=AT.date())
    assert list(Rep.objects.available(AT)) == [other]
    assert Rep.objects.available(AT + timedelta(days=1)).count() == 2


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        pytest.param("time_zone", "Mars/Olympus", "is no time zone", id="unknown zone"),
        pytest.param("time_zone", "../etc/passwd", "is no time zone", id="a path"),
        pytest.param("time_zone", "Europe", "is no time zone", id="a folder of zones"),
        pytest.param("working_hours", {"mon": [["17:00", "9:00"]]}, "Monday", id="backwards"),
        pytest.param("weight", 0, "greater than or equal to 1", id="weight 0"),
        pytest.param("weight", 11, "less than or equal to 10", id="weight 11"),
    ],
)
def test_a_rep_is_checked(field: str, value: object, says: str) -> None:
    rep = RepFactory.create()
    setattr(rep, field, value)
    with pytest.raises(ValidationError, match=says) as refused:
        rep.full_clean()
    assert set(refused.value.message_dict) >= {field}


def test_the_database_keeps_weights_and_days_sane() -> None:
    with pytest.raises(IntegrityError, match="rep_weight_1_to_10"):
        RepFactory.create(weight=0)


def test_a_day_off_ends_after_it_begins() -> None:
    off = DayOff(first=AT.date(), last=AT.date() - timedelta(days=1))
    with pytest.raises(ValidationError, match="before the first"):
        off.full_clean()


def test_a_day_off_in_words() -> None:
    day = DayOff(first=date(2026, 12, 24), last=date(2026, 12, 24))
    days = DayOff(first=date(2026, 12, 24), last=date(2027, 1, 1), note="New Year")
    assert str(day) == "24 Dec 2026"
    assert str(days) == "24 Dec 2026 to 1 Jan 2027: New Year"
