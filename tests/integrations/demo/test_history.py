"""The demo's past is the same past every time."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from integrations.demo import SEED
from integrations.demo.history import PEOPLE, make_past
from integrations.demo.kit import make_kit_past
from integrations.demo.moments import DAYS
from integrations.demo.people import people

AT = datetime(2026, 6, 3, 15, tzinfo=UTC)


def test_make_past_is_deterministic() -> None:
    assert make_past(SEED, at=AT) == make_past(SEED, at=AT)


def test_make_past_moves_with_the_moment() -> None:
    later = make_past(SEED, at=AT + timedelta(days=1), count=50)
    assert [row.external_id for row in later.leads] == [
        row.external_id for row in make_past(SEED, at=AT, count=50).leads
    ]


def test_make_past_lies_in_the_past() -> None:
    past = make_past(SEED, at=AT)
    assert max(row.occurred_at for row in past.events) < AT
    assert max(row.occurred_at for row in past.outcomes) < AT
    assert min(row.created_at for row in past.leads) > AT - timedelta(days=DAYS + 5)
    assert max(one.at for one in past.news) < AT
    assert [row.occurred_at for row in past.events] == sorted(
        row.occurred_at for row in past.events
    )
    # Whatever day it is, somebody signed up today.
    assert sum(AT - row.created_at < timedelta(hours=17) for row in past.leads) >= 10


def test_make_past_names_each_message_once() -> None:
    ids = [row.message_id for row in make_past(SEED, at=AT).events]
    assert len(set(ids)) == len(ids)


def test_people_live_under_example_and_have_their_own_mail() -> None:
    everybody = list(people(SEED, 600, prefix="x"))
    addresses = [person.email for person in everybody]
    assert all(address.endswith(".example") for address in addresses)
    assert len(set(addresses)) > 590
    domains = {one.company.domain for one in everybody if one.company}
    assert all(domain.endswith(".example") for domain in domains)
    assert 300 <= len(domains) <= 380


def test_people_some_come_as_a_team_of_several_departments() -> None:
    teams = defaultdict(set)
    for one in people(SEED, 600, prefix="x"):
        if one.company and one.company.team > 2:
            teams[one.company.domain].add(one.department)
    assert len(teams) >= 8
    assert sum(len(departments) >= 3 for departments in teams.values()) >= 4


@pytest.mark.parametrize("count", [10, 20])
def test_people_more_of_them_leave_the_first_as_they_were(count: int) -> None:
    assert list(people(SEED, 30, prefix="x"))[:count] == list(people(SEED, count, prefix="x"))


def test_make_kit_past_is_deterministic_and_some_of_it_is_of_lumenboards_people() -> None:
    board = make_past(SEED, at=AT)
    past = make_kit_past(SEED, board, at=AT, count=PEOPLE)
    assert past == make_kit_past(SEED, board, at=AT, count=PEOPLE)
    began = {row.external_id: row.created_at for row in board.leads}
    both = [row for row in past.leads if row.external_id in began]
    assert 25 <= len(both) <= 60
    assert all(row.created_at > began[row.external_id] for row in both)
    alone = {row.account.get("domain") for row in past.leads if row not in both} - {None}
    assert not alone & {row.account.get("domain") for row in board.leads}
    assert max(row.occurred_at for row in past.events) < AT
    ids = [row.message_id for row in past.events]
    assert len(set(ids)) == len(ids)
