import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from leads.models import Identity, Lead
from leads.models.lookups import AnyOf
from tests.factories.rubrics import LeadFactory

pytestmark = pytest.mark.django_db


def test_any_of_many_finds_what_in_does() -> None:
    leads = [LeadFactory.create() for _ in range(4)]
    for lead in leads:
        Identity.objects.create(lead=lead, kind="user", value=f"person-{lead.pk}")
    some = {lead.pk for lead in leads[1:3]}
    assert set(Lead.objects.filter(AnyOf(F("pk"), some))) == set(leads[1:3])
    found = Identity.objects.filter(AnyOf(F("lead"), some))
    assert set(found) == set(Identity.objects.filter(lead__in=some))
    assert "JOIN" not in str(found.query)
    assert Lead.objects.exclude(AnyOf(F("pk"), some)).count() == 2


def test_any_of_none_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert not Lead.objects.filter(AnyOf(F("pk"), set()))
