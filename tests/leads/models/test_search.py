"""People and companies found by the beginnings of words, by index."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from leads.models import Account, Lead
from leads.models.search import beginnings
from tests.factories.rubrics import AccountFactory, LeadFactory

pytestmark = pytest.mark.django_db


def found(words: str) -> set[str]:
    """By every way there is."""
    names = set(Lead.objects.search(words).values_list("title", flat=True))
    ids = Lead.objects.search_ids(words, at_most=9)
    assert ids == set(Lead.objects.search(words).values_list("pk", flat=True))
    if beginnings(words) is not None:
        told = dict(
            zip(
                Lead.objects.order_by("pk").values_list("title", flat=True),
                Lead.objects.order_by("pk").matching(words),
                strict=True,
            )
        )
        assert {title for title, is_found in told.items() if is_found} == names
    return names


def test_lead_is_found_by_the_beginning_of_any_word_of_person_or_company() -> None:
    acme = AccountFactory.create(name="Acme Zürich-West AG", domain="acme-west.example.com")
    LeadFactory.create(
        title="ada", name="Ada O'Brien-Vogel", email="ada.v_1@mail.example", account=acme
    )
    LeadFactory.create(title="bo", name="Bo <b>Ueda</b>", email="", account=None)
    LeadFactory.create(title="", name="", email="", account=None)
    for words in (
        "ada", "ADA", "Vog", "brien", "o'brien", "vogel ada", "ada.v_1@mail.example", "ada.v",
        "mail", "1 exa", "acme", "züri", "ZÜRICH west", "acme-west.example.com", "west.com",
        "example.com",
    ):  # fmt: skip
        assert found(words) == {"ada"}, words
    assert found("ueda b") == {"bo"}
    # The middle of a word, words of two who are not one, what is no word, and what looks like SQL.
    for words in ("ogel", "ada ueda", "", "@.'", "\\", "!!", "ada' | 'bo", "ada:*&!bo", "%", "_da"):
        assert found(words) == set(), words


def test_account_is_found_by_name_and_domain() -> None:
    acme = AccountFactory.create(name="Acme & Söhne", domain="acme.example")
    AccountFactory.create(name="", domain="harbor.example")
    for words in ("acme", "söh acm", "acme.exa"):
        assert list(Account.objects.search(words)) == [acme], words
    assert not Account.objects.search("cme")
    assert not Account.objects.search("-")


def test_more_than_a_few_are_not_named() -> None:
    LeadFactory.create_batch(3, name="Common Name")
    assert Lead.objects.search_ids("common", at_most=2) is None
    assert len(Lead.objects.search_ids("common", at_most=3) or ()) == 3


def test_that_a_word_is_common_is_remembered(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr("leads.models.lead.FEW", 1)
    LeadFactory.create_batch(2, name="Common Name")
    rare = LeadFactory.create(name="Rare")
    assert Lead.objects.search_few("common") is None
    with django_assert_num_queries(0):
        assert Lead.objects.search_few("common") is None
    # Who is found is never remembered.
    assert Lead.objects.search_few("rare") == {rare.pk}
    rare.delete()
    assert Lead.objects.search_few("rare") == set()


def test_search_goes_by_the_indexes() -> None:
    LeadFactory.create_batch(3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Lead.objects.search("rare").explain()
    assert "lead_words" in plan
    assert "account_words" in plan
