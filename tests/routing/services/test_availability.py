from datetime import timedelta

import pytest

from routing import services
from routing.models import Rep
from tests.factories.routing import RepFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def test_who_is_off_is_dealt_nothing_until_then_or_until_they_are_back() -> None:
    rep = RepFactory.create()
    services.set_off(rep, until=AT + timedelta(days=1), at=AT)
    assert not Rep.objects.available(AT).exists()
    assert Rep.objects.available(AT + timedelta(days=1)).exists()
    services.set_back(rep)
    assert Rep.objects.available(AT).exists()


@pytest.mark.parametrize(
    ("span", "says"),
    [
        pytest.param(timedelta(0), "in the future", id="now"),
        pytest.param(timedelta(days=367), "more than a year", id="too far"),
    ],
)
def test_off_until_is_a_sane_moment(span: timedelta, says: str) -> None:
    rep = RepFactory.create()
    with pytest.raises(services.InvalidRequest, match=says):
        services.set_off(rep, until=AT + span, at=AT)
    rep.refresh_from_db()
    assert rep.off_until is None
