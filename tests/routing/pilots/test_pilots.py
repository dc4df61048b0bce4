from datetime import timedelta
from typing import Any

import pytest

from routing import pilots, services
from routing.models import Pilot, PilotCase, PilotVerdict, Qualification, Rep
from routing.pilots.results import Comparison, Share
from tests.factories.routing import QualificationFactory, RepFactory, make_manager, rep_of
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def make_pilot(*reps: Rep, **kwargs: Any) -> Pilot:
    given = {"name": "March", "starts_at": AT - DAY, "ends_at": AT + 14 * DAY, **kwargs}
    pilot = Pilot.objects.create(**given)
    pilot.reps.set(reps)
    return pilot


def in_pilot(pilot: Pilot, arm: str = "pilot", **kwargs: Any) -> Qualification:
    pql: Qualification = QualificationFactory.create(**kwargs)
    PilotCase.objects.create(pilot=pilot, qualification=pql, arm=arm)
    return pql


def test_live_pilots_as_the_dealing_takes_them(django_assert_num_queries: Any) -> None:
    rep = RepFactory.create()
    pilot = make_pilot(rep, share=30)
    make_pilot(name="Over", ends_at=AT)
    with django_assert_num_queries(2):
        [terms] = Pilot.objects.running(AT).terms()
    assert (terms.pilot_id, terms.reps, terms.product, terms.share) == (
        pilot.pk, frozenset({rep.pk}), "", 30,
    )  # fmt: skip


def test_a_rep_is_asked_about_todays_pqls_of_the_pilot_alone() -> None:
    rep = RepFactory.create()
    pilot = make_pilot(rep)
    in_pilot(pilot, rep=rep, behavior=50)
    in_pilot(pilot, rep=rep, behavior=80)
    in_pilot(pilot, rep=rep, opened_at=AT - DAY)
    in_pilot(pilot, arm="comparison", rep=rep)
    QualificationFactory.create(rep=rep)
    [asked] = pilots.asked_of(rep, at=AT)
    assert (asked.count, asked.range, asked.average, asked.said) == (2, "82 to 112", 97.0, "")
    assert pilots.asked_of(RepFactory.create(), at=AT) == []


def test_the_last_word_of_a_day_counts() -> None:
    rep = RepFactory.create()
    pilot = make_pilot(rep)
    in_pilot(pilot, rep=rep)
    pilots.give_verdict(pilot, rep=rep, verdict="poor", at=AT)
    pilots.give_verdict(pilot, rep=rep, verdict="good", at=AT)
    said = PilotVerdict.objects.get()
    assert (said.verdict, said.day, said.count, said.lowest) == ("good", AT.date(), 1, 92)
    assert pilots.asked_of(rep, at=AT)[0].said == "good"


def test_a_verdict_needs_a_word_and_something_to_judge() -> None:
    rep = RepFactory.create()
    pilot = make_pilot(rep)
    with pytest.raises(services.InvalidRequest, match="dealt you no PQL today"):
        pilots.give_verdict(pilot, rep=rep, verdict="good", at=AT)
    in_pilot(pilot, rep=rep)
    with pytest.raises(services.InvalidRequest, match="good, mixed or poor"):
        pilots.give_verdict(pilot, rep=rep, verdict="great", at=AT)
    assert not PilotVerdict.objects.exists()


def test_results_compare_how_far_pqls_got(django_assert_num_queries: Any) -> None:
    rep = RepFactory.create()
    pilot = make_pilot(rep)
    worked, accepted, undone = (in_pilot(pilot, rep=rep) for _ in range(3))
    services.accept(worked, by=rep.user, at=AT)
    services.mark_contacted(worked, by=rep.user, at=AT)
    services.mark_opportunity(worked, by=rep.user, at=AT)
    services.close_won(worked, by=rep.user, at=AT)
    services.accept(accepted, by=rep.user, at=AT)
    services.accept(undone, by=rep.user, at=AT)
    services.undo(undone.changes.latest("pk"), by=make_manager(), at=AT)
    other = in_pilot(pilot, arm="comparison")
    services.accept(other, by=rep_of(other).user, at=AT)
    QualificationFactory.create()
    for number, verdict in enumerate(("good", "good", "poor")):
        PilotVerdict.objects.create(
            pilot=pilot, rep=rep, day=AT.date() - number * DAY, verdict=verdict, count=2,
            lowest=80, highest=95, average=119.9 if number else 80, at=AT,
        )  # fmt: skip
    with django_assert_num_queries(2):
        results = pilots.results_of(pilot)
    assert [(one.stage, one.pilot.count, one.others.count) for one in results.comparisons] == [
        ("Accepted", 2, 1), ("Contacted", 1, 0), ("Opportunity", 1, 0), ("Won", 1, 0),
    ]  # fmt: skip
    assert (results.comparisons[0].pilot.of, results.comparisons[0].others.of) == (3, 1)
    assert (results.pilot_open, results.others_open, results.is_small) == (2, 1, True)
    assert [(one.label, one.good, one.mixed, one.poor, one.pqls) for one in results.said] == [
        ("100 to 119", 1, 0, 1, 4), ("80 to 99", 1, 0, 0, 2),
    ]  # fmt: skip
    assert results.days == 3


def test_results_of_nothing_say_so() -> None:
    results = pilots.results_of(make_pilot())
    assert results.is_small
    assert {one.pilot.words for one in results.comparisons} == {"none yet"}
    assert {one.words for one in results.comparisons} == {"Nothing to compare yet"}


@pytest.mark.parametrize(
    ("pilot", "others", "words"),
    [
        pytest.param((60, 100), (20, 100), "more than the comparison group", id="more"),
        pytest.param((20, 100), (60, 100), "fewer than the comparison group", id="fewer"),
        pytest.param((6, 10), (4, 10), "may be chance", id="few"),
    ],
)
def test_a_difference_is_claimed_only_where_it_is_one(
    pilot: tuple[int, int], others: tuple[int, int], words: str
) -> None:
    assert words in Comparison("Won", Share(*pilot), Share(*others)).words


def test_the_difference_has_newcombes_interval() -> None:
    # Newcombe 1998, table II, example a: 56/70 against 48/80.
    found = Comparison("Won", Share(56, 70), Share(48, 80)).difference
    assert found is not None
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (
        0.2, 0.0524, 0.3339,
    )  # fmt: skip
