import pytest
from django.test import Client

from routing.models.qualification import Review, State
from tests.factories.routing import QualificationFactory, RepFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_review_page_lists_passes_and_dismisses(client: Client) -> None:
    client.force_login(UserFactory.create(permissions=("review_qualification",)))
    lines = [{"points": 22, "label": "Company size", "reason": "120 people", "axis": "fit"}]
    one, other = QualificationFactory.create_batch(
        2, rep=None, review=Review.WAITING, breakdown=lines
    )
    page = client.get("/review/").content.decode()
    assert str(one.lead) in page
    assert "120 people" in page
    client.post(f"/review/{one.pk}/pass/")
    client.post(f"/review/{other.pk}/dismiss/", {"reason": "competitor"})
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.review, other.review) == (Review.PASSED, Review.DISMISSED)
    assert other.state == State.REJECTED
    assert "Nothing to review" in client.get("/review/").content.decode()
    late = client.post(f"/review/{one.pk}/pass/", {"next": "/review/"}, follow=True)
    assert "reviewed already" in late.content.decode()


def test_reps_do_not_review(client: Client) -> None:
    rep = RepFactory.create()
    client.force_login(rep.user)
    pql = QualificationFactory.create(rep=None, review=Review.WAITING)
    assert client.get("/review/").status_code == 403
    assert client.post(f"/review/{pql.pk}/pass/").status_code == 403
    assert client.post(f"/pqls/{pql.pk}/accept/").status_code == 404
    pql.refresh_from_db()
    assert pql.review == Review.WAITING
