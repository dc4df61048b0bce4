"""A version that goes live is told in one digest to whom it concerns, and PQLs lost to it stay."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from routing import services
from routing.digests import digests_for, lost_by
from routing.models import DigestSeen, Qualification, Rep, StateChange
from routing.viewers import Viewer
from rubrics.models import Publication, Score, ScoreChange
from tests.factories.routing import QualificationFactory, RepFactory
from tests.factories.rubrics import AT, ScoreChangeFactory, ScoreFactory, make_version
from tests.world import make_admin, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def publication() -> Publication:
    version = make_version()
    return Publication.objects.create(
        kind="publish", product=version.rubric.product, version=version, state="done",
        started_at=AT, finished_at=AT, flipped_at=AT,
    )  # fmt: skip


def rep(name: str) -> Rep:
    return RepFactory.create(user=make_person(name, "work_qualification", "view_lead"))


def lose(publication: Publication, owner: Rep) -> Qualification:
    """An open PQL of a lead that the version made none."""
    pql = QualificationFactory.create(rep=owner, opened_at=AT - timedelta(days=3))
    Score.objects.filter(lead=pql.lead).delete()
    score = ScoreFactory.create(lead=pql.lead, behavior=10)
    ScoreChangeFactory.create(score=score, publication=publication, lost=True)
    return pql


def viewer(user: User) -> Viewer:
    return Viewer.of(user)


def test_pqls_of_a_version_are_dealt_but_make_no_alerts(publication: Publication) -> None:
    owner = rep("rita")
    ScoreChangeFactory.create_batch(2, publication=publication)
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    born = Qualification.objects.born_of(publication.pk)
    assert [(pql.rep, pql.publication) for pql in born] == [(owner, publication)] * 2
    alone = StateChange.objects.unannounced().values_list("qualification__publication", flat=True)
    assert list(alone) == [None, None]  # opened and dealt: of the one on its own
    assert {change.reason for change in born[0].changes.filter(to_state="new")} == {
        "Met all three thresholds when a new version went live"
    }


def test_pqls_of_a_version_that_waited_for_a_rep_make_no_alerts_either(
    publication: Publication,
) -> None:
    ScoreChangeFactory.create_batch(2, publication=publication)
    services.open_qualifications(at=AT, limit=10)
    rep("rita")
    assert services.deal_waiting(at=AT, limit=10) == 2
    assert not StateChange.objects.unannounced().exists()


def test_digest_counts_mine_and_all(publication: Publication) -> None:
    rita, omar = rep("rita"), rep("omar")
    for owner, number in ((rita, 2), (omar, 1)):
        QualificationFactory.create_batch(number, rep=owner, publication=publication)
    lose(publication, rita)
    (hers,) = digests_for(viewer(rita.user), at=AT)
    assert (hers.born, hers.born_in_all, hers.lost, hers.lost_in_all) == (2, 3, 1, 1)
    assert hers.shares == []
    (told,) = digests_for(viewer(make_admin()), at=AT)
    assert (told.born, told.born_in_all) == (0, 3)
    assert [(share.name, share.born, share.lost) for share in told.shares] == [
        ("rita", 2, 1),
        ("omar", 1, 0),
    ]


def test_digest_is_shown_to_whom_it_concerns_for_a_week(publication: Publication) -> None:
    rita, omar = rep("rita"), rep("omar")
    QualificationFactory.create(rep=rita, publication=publication)
    assert digests_for(viewer(omar.user), at=AT) == []
    assert digests_for(viewer(rita.user), at=AT + timedelta(days=7)) == []


def test_digest_is_put_away_by_each_for_themselves(publication: Publication) -> None:
    rita, omar = rep("rita"), rep("omar")
    for owner in (rita, omar):
        QualificationFactory.create(rep=owner, publication=publication)
    for _ in range(2):
        services.put_digest_away(publication, by=rita.user, at=AT)
    assert DigestSeen.objects.count() == 1
    assert digests_for(viewer(rita.user), at=AT) == []
    assert len(digests_for(viewer(omar.user), at=AT)) == 1


def test_who_is_a_pql_again_was_not_lost(publication: Publication) -> None:
    pql = lose(publication, rep("rita"))
    assert list(Qualification.objects.lost_by(publication.pk)) == [pql]
    Score.objects.filter(lead=pql.lead).update(is_pql=True)
    assert not Qualification.objects.lost_by(publication.pk).exists()


def test_who_was_lost_by_their_own_silence_later_is_not_blamed_on_the_version(
    publication: Publication,
) -> None:
    pql = lose(publication, rep("rita"))
    key = (pql.lead_id, pql.product_id)
    assert lost_by([key]) == {key: publication}
    change = ScoreChange.objects.get(publication=publication)
    change.pk, change.publication, change.at = None, None, AT + timedelta(days=1)
    change.save()
    assert lost_by([key]) == {}
    assert lost_by([]) == {}


def test_pages_say_so_in_words(publication: Publication) -> None:
    rita = rep("rita")
    Publication.objects.update(flipped_at="2099-01-01T14:02:00Z")
    mine = QualificationFactory.create_batch(2, rep=rita, publication=publication)
    lost = lose(publication, rita)
    client = Client()
    client.force_login(rita.user)
    page = client.get("/").content.decode()
    told = " ".join(page.split())
    assert "Small v1 went live at 14:02 on 1 Jan:</strong> 2 new PQLs of yours, 2 in all." in told
    assert "1 lead you work no longer meets the thresholds; the open work stays." in told
    assert "No PQL since Small v1 went live on 1 Jan. The work stays open." in told
    shown = client.get(f"/?tab=mine&lost={publication.pk}").content.decode()
    assert f'data-key="pql-{lost.pk}"' in shown
    assert all(f'data-key="pql-{pql.pk}"' not in shown for pql in mine)
    shown = client.get(f"/?tab=mine&born={publication.pk}").content.decode()
    assert f'data-key="pql-{lost.pk}"' not in shown
    lead = client.get(reverse("routing:lead-show", args=[lost.lead_id])).content.decode()
    assert "The lead is no PQL any more since Small v1 went live" in lead
    client.post(reverse("routing:digest-away", args=[publication.pk]))
    assert "went live at 14:02" not in client.get("/").content.decode()
