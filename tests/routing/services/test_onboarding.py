import pytest

from routing import services
from routing.models import OnboardingSeen
from routing.viewers import Viewer
from tests.factories.routing import UserFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def test_the_hint_is_put_away_for_this_person_alone_and_once() -> None:
    user, other = UserFactory.create(), UserFactory.create()
    services.put_guide_away(by=user, at=AT)
    services.put_guide_away(by=user, at=AT.replace(year=AT.year + 1))
    assert OnboardingSeen.objects.get().at == AT
    assert Viewer.of(user).knows_guide
    assert not Viewer.of(other).knows_guide
