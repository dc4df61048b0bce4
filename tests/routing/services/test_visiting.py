from datetime import timedelta

import pytest

from routing import briefs, services
from routing.models import LeadVisit, Qualification
from routing.models.visit import ONE_VISIT
from routing.people import scores_of
from tests.factories.routing import RepFactory, UserFactory, make_pql, rep_of
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def _news(pql: Qualification, user_id: int, minutes: int) -> briefs.SinceVisit | None:
    at = AT + timedelta(minutes=minutes)
    return briefs.since_visit(pql.lead, scores_of(pql.lead), user_id=user_id, at=at)


def test_visit_news_are_told_against_the_visit_before_while_one_lasts() -> None:
    pql, user = make_pql(), UserFactory.create()
    services.note_visit(pql.lead, by=user, at=AT)
    assert _news(pql, user.pk, 1) is None
    pql.lead.scores.update(behavior=70, total=102)
    later = AT + timedelta(days=1)
    for minutes in (0, 20, 40):  # three looks, each close to the one before
        services.note_visit(pql.lead, by=user, at=later + timedelta(minutes=minutes))
        news = _news(pql, user.pk, 1440 + minutes + 1)
        assert news is not None
        assert (news.at, news.then, news.now, news.is_news) == (AT, 92, 102, True)
    quiet = _news(pql, user.pk, 3000)
    assert quiet is not None
    assert (quiet.then, quiet.now, quiet.is_news) == (102, 102, False)
    assert LeadVisit.objects.count() == 1


def test_visit_tells_what_others_did_and_not_oneself() -> None:
    pql = make_pql()
    user, mate = rep_of(pql).user, RepFactory.create()
    services.note_visit(pql.lead, by=user, at=AT)
    later = AT + ONE_VISIT
    services.accept(pql, by=user, at=later)
    services.assign(pql, rep=mate, by=mate.user, at=later)
    news = _news(pql, user.pk, 31)
    assert news is not None
    assert [change.by for change in news.changes] == [mate.user]


def test_visit_is_ones_own() -> None:
    pql = make_pql()
    services.note_visit(pql.lead, by=UserFactory.create(), at=AT)
    assert _news(pql, UserFactory.create().pk, 60) is None
