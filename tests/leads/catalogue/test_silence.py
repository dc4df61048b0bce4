"""Who went silent: judged by its own rhythm, never by somebody else's."""

from datetime import timedelta

import pytest

from leads.catalogue.silence import silent_sources, silent_types
from leads.models import Source
from tests.factories.leads import LeadFactory, SourceFactory
from tests.leads.catalogue.events import AT, count_all, store

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def send_every(step: timedelta, *, times: int, name: str = "Used") -> Source:
    """A source that sent so often until ``AT``."""
    source: Source = SourceFactory.create()
    lead = LeadFactory.create()
    for n in range(times):
        store(source, lead, name, received_at=AT - n * step)
    count_all()
    return source


@pytest.mark.parametrize(
    ("after", "is_silent"),
    [
        pytest.param(2 * HOUR, False, id="twice the longest pause is still usual"),
        pytest.param(2 * HOUR + timedelta(seconds=1), True, id="a second more is not"),
    ],
)
def test_source_that_sends_every_hour(after: timedelta, is_silent: bool) -> None:
    source = send_every(HOUR, times=30)
    assert [one.source for one in silent_sources(AT + after)] == ([source] if is_silent else [])


def test_source_with_quiet_nights_is_not_silent_at_night() -> None:
    source: Source = SourceFactory.create()
    lead = LeadFactory.create()
    for day in range(5):
        for hour in range(8):  # 05:30 to 12:30
            store(source, lead, received_at=AT - day * DAY - hour * HOUR)
    count_all()
    assert silent_sources(AT + 17 * HOUR) == []
    assert [one.usual for one in silent_sources(AT + 35 * HOUR)] == [17 * HOUR]


def test_source_that_sends_every_few_days_is_judged_by_days() -> None:
    send_every(3 * DAY, times=6)
    assert silent_sources(AT + 6 * DAY) == []
    assert [one.usual for one in silent_sources(AT + 7 * DAY)] == [3 * DAY]


def test_source_that_is_new_or_disabled_is_not_silent() -> None:
    send_every(HOUR, times=3)
    disabled = send_every(HOUR, times=9)
    Source.objects.filter(pk=disabled.pk).update(is_active=False)
    assert silent_sources(AT + 50 * DAY) == []


def test_types_are_judged_by_days() -> None:
    send_every(DAY, times=9)
    assert silent_types(AT + 2 * DAY) == []
    assert len(silent_types(AT + 3 * DAY)) == 1
