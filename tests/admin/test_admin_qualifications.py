import pytest
from django.test import Client

from routing import services
from tests.factories.routing import make_pql, rep_of
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def test_a_pqls_page_tells_its_touches_its_notes_and_how_it_ended(client: Client) -> None:
    pql = make_pql(state="accepted")
    by = rep_of(pql).user
    services.log_touch(pql, kind="linkedin", by=by, at=AT, note="Wants a trial")
    services.add_note(pql, text="Back in May", by=by, at=AT)
    services.close_lost(pql, by=by, at=AT, reason="price")
    page = client.get(f"/admin/routing/qualification/{pql.pk}/change/").content.decode()
    assert all(told in page for told in ("LinkedIn", "Wants a trial", "Back in May"))
    assert "Closing reason" in page
    assert "Too expensive" in page
    assert 'name="notes-0-text"' not in page
