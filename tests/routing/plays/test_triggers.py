from datetime import timedelta

import pytest

from leads.models import Lead, Product, Signal
from routing import services
from routing.models import StateChange
from routing.models.qualification import State
from routing.plays.triggers import TRIGGERS, Vocabulary
from rubrics.models import Publication, RubricVersion
from tests.factories.routing import RepFactory, UserFactory, make_pql
from tests.factories.rubrics import AT, LeadFactory, ScoreChangeFactory, TrialFactory, make_version
from tests.routing.plays.makers import (
    causes,
    change_score,
    hit,
    make_play,
    make_score,
    outcomes,
    run,
)

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = Vocabulary(
    {"limit": "Hit a usage limit", "premium": "Tried premium"},
    [(0, "Cold"), (31, "Warm"), (61, "Hot"), (101, "Urgent")],
)


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        ("total_reached", {"at_least": 61}, "When a lead enters Hot (61–100)"),
        ("total_reached", {"at_least": 101}, "When a lead enters Urgent (101+)"),
        ("total_reached", {"at_least": 70}, "When a lead's total rises to 70 or more"),
        ("pql_opened", {}, "When a lead becomes a PQL"),
        ("signal_hit", {"signals": ["limit"]}, "When a lead does “Hit a usage limit”"),
        (
            "ready",
            {"signals": ["limit", "premium"], "at_least": 51, "days": 14},
            "When a lead does “Hit a usage limit” or “Tried premium” and has a total of 51 or more "
            "(whichever comes last, within 14 days)",
        ),
        (
            "score_fell",
            {"points": 20, "days": 14},
            "When a lead's total falls by 20 or more within 14 days",
        ),
        ("trial_ending", {"days": 1}, "When a trial ends within 1 day"),
        ("state_changed", {"states": ["won", "lost"]}, "When a PQL is won or lost"),
    ],
)
def test_trigger_words(kind: str, params: dict[str, object], words: str) -> None:
    assert TRIGGERS[kind].check(params) == {}
    assert TRIGGERS[kind].words(params, NAMES) == words


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("total_reached", {}, "at_least"),
        ("total_reached", {"at_least": 0}, "at_least"),
        ("total_reached", {"at_least": True}, "at_least"),
        ("signal_hit", {"signals": []}, "signals"),
        ("ready", {"signals": ["x"], "at_least": 51}, "days"),
        ("score_fell", {"points": 20, "days": 91}, "days"),
        ("score_fell", {"points": 0, "days": 9}, "points"),
        ("trial_ending", {"days": "3"}, "days"),
        ("state_changed", {"states": ["new"]}, "states"),
    ],
)
def test_trigger_names_the_field_that_is_wrong(
    kind: str, params: dict[str, object], field: str
) -> None:
    assert list(TRIGGERS[kind].check(params)) == [field]


def test_total_reached_is_a_rise_over_the_number() -> None:
    score = make_score(40)
    change_score(score, 55, at=AT - HOUR)
    play = make_play("total_reached", params={"at_least": 61})
    first = change_score(score, 61, at=AT + MINUTE)
    change_score(score, 70, at=AT + 2 * MINUTE)
    change_score(score, 60, at=AT + 3 * MINUTE)
    again = change_score(score, 62, at=AT + 4 * MINUTE)
    run(AT + HOUR)
    assert causes(play) == [f"change:{first.pk}", f"change:{again.pk}"]


def test_total_reached_by_a_first_score_counts_and_by_a_version_does_not() -> None:
    play = make_play("total_reached", params={"at_least": 61})
    first = change_score(make_score(), 80, at=AT + MINUTE)
    version: RubricVersion = make_version()
    publication = Publication.objects.create(
        kind="publish", product=version.rubric.product, version=version, state="done",
        started_at=AT, finished_at=AT, flipped_at=AT,
    )  # fmt: skip
    lifted = make_score()
    change_score(lifted, 80, at=AT + MINUTE, publication=publication)
    change_score(lifted, 85, at=AT + 2 * MINUTE)
    run(AT + HOUR)
    assert causes(play) == [f"change:{first.pk}"]


def test_total_reached_minds_the_product() -> None:
    other = Product.objects.create(key="other", name="Other")
    play = make_play("total_reached", params={"at_least": 61}, product=other)
    change_score(make_score(), 80, at=AT + MINUTE)
    run(AT + HOUR)
    assert causes(play) == []


def test_pql_opened_by_a_lead_counts() -> None:
    play = make_play("pql_opened")
    RepFactory.create()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT + MINUTE, limit=10)
    run(AT + HOUR)
    opened = play.runs.get()
    assert opened.qualification is not None
    assert opened.cause == f"pql:{opened.qualification_id}"


def test_signal_hit_counts_each_event_once_whatever_signals_it_is() -> None:
    play = make_play("signal_hit", params={"signals": ["limit", "premium"]}, limit_days=None)
    lead = make_score().lead
    hit(lead, "limit", at=AT + MINUTE, event_id=-7001)
    hit(lead, "premium", at=AT + MINUTE, event_id=-7001)
    hit(lead, "premium", at=AT + MINUTE, event_id=-7002)
    hit(lead, "login", at=AT + MINUTE, event_id=-7003)
    run(AT + HOUR)
    assert sorted(causes(play)) == ["event:-7001", "event:-7002"]


def test_signal_hit_again_by_remapping_is_no_news() -> None:
    play = make_play("signal_hit", params={"signals": ["limit"]}, limit_days=None)
    lead = make_score().lead
    first = hit(lead, "limit", at=AT + MINUTE, event_id=-7001)
    run(AT + 2 * MINUTE)
    first.delete()
    hit(lead, "limit", at=AT + MINUTE, event_id=-7001)
    hit(lead, "limit", at=AT - 3 * DAY, event_id=-7002)
    run(AT + HOUR)
    assert causes(play) == ["event:-7001"]


def test_signal_of_another_product_with_the_same_key_minds_the_product() -> None:
    other = Product.objects.create(key="other", name="Other")
    Signal.objects.create(product=other, key="limit", name="Limit")
    lead = make_score().lead
    narrow = make_play("signal_hit", params={"signals": ["limit"]}, product=other)
    wide = make_play("signal_hit", params={"signals": ["limit"]})
    hit(lead, "limit", at=AT + MINUTE)
    run(AT + HOUR)
    assert (len(causes(narrow)), len(causes(wide))) == (0, 1)


def _ready() -> dict[str, object]:
    return {"signals": ["limit"], "at_least": 51, "days": 14}


def test_ready_by_the_hit_where_the_total_is_there() -> None:
    play = make_play("ready", params=_ready())
    hot, cold = make_score(60), make_score(50)
    for score in (hot, cold):
        hit(score.lead, "limit", at=AT + MINUTE)
    run(AT + HOUR)
    states = dict(play.runs.values_list("lead", "state"))
    assert states == {hot.lead_id: "fired", cold.lead_id: "skipped"}


@pytest.mark.parametrize(
    ("days_before", "found"),
    [pytest.param(13, 1, id="lately"), pytest.param(14, 0, id="too long ago")],
)
def test_ready_by_the_total_where_the_hit_was_lately(days_before: int, found: int) -> None:
    score = make_score(40)
    hit(score.lead, "limit", at=AT + HOUR - days_before * DAY)
    change_score(score, 40, at=AT - HOUR)
    play = make_play("ready", params=_ready())
    change_score(score, 51, at=AT + HOUR)
    run(AT + 2 * HOUR)
    assert len(causes(play)) == found
    assert play.runs.fired().count() == found


def test_ready_by_one_event_that_lifts_the_total_acts_once() -> None:
    score = make_score(40)
    change_score(score, 40, at=AT - HOUR)
    play = make_play("ready", params=_ready())
    hit(score.lead, "limit", at=AT + MINUTE)
    change_score(score, 70, at=AT + MINUTE)
    run(AT + HOUR)
    assert sorted(play.runs.values_list("state", flat=True)) == ["fired", "skipped"]


@pytest.mark.parametrize(
    ("totals", "found"),
    [
        pytest.param([80, 61], 0, id="not deep enough"),
        pytest.param([80, 60], 1, id="at once"),
        pytest.param([80, 70, 60], 1, id="in two steps"),
        pytest.param([80, 60, 55, 50], 1, id="once a fall"),
        pytest.param([80, 60, 79, 59], 2, id="a second fall"),
        pytest.param([60, 80], 0, id="a rise"),
    ],
)
def test_score_fell_is_one_cause_a_fall(totals: list[int], found: int) -> None:
    play = make_play("score_fell", params={"points": 20, "days": 14}, limit_days=None)
    score = make_score()
    for number, total in enumerate(totals):
        change_score(score, total, at=AT + (number + 1) * MINUTE)
    run(AT + HOUR)
    assert len(causes(play)) == found


@pytest.mark.parametrize(
    ("days_ago", "found"),
    [
        pytest.param(5, 1, id="high within the days"),
        pytest.param(30, 1, id="high since before the days began"),
    ],
)
def test_score_fell_from_what_was_so_in_the_days(days_ago: int, found: int) -> None:
    score = make_score()
    change_score(score, 80, at=AT - days_ago * DAY)
    play = make_play("score_fell", params={"points": 20, "days": 14})
    change_score(score, 50, at=AT + MINUTE)
    run(AT + HOUR)
    assert len(causes(play)) == found


def test_score_fell_slowly_is_no_fall() -> None:
    score = make_score()
    for days_ago, total in ((40, 80), (20, 70)):
        change_score(score, total, at=AT - days_ago * DAY)
    play = make_play("score_fell", params={"points": 20, "days": 14})
    change_score(score, 60, at=AT + MINUTE)
    run(AT + HOUR)
    assert causes(play) == []


def test_trial_ending_once_a_trial() -> None:
    play = make_play("trial_ending", params={"days": 3}, on_since=AT - DAY)
    ends = {
        "soon": AT + 3 * DAY,
        "later": AT + 3 * DAY + HOUR,
        "ended": AT - HOUR,
        "never": None,
    }
    trials = {
        name: TrialFactory.create(ends_at=ends_at, lead__name=name)
        for name, ends_at in ends.items()
    }
    run(AT)
    assert causes(play) == [f"trial:{trials['soon'].pk}"]
    trials["soon"].ends_at = AT + 9 * DAY
    trials["soon"].save()
    run(AT + 2 * HOUR)
    assert causes(play)[1:] == [f"trial:{trials['later'].pk}"]
    run(AT + 7 * DAY)
    assert len(causes(play)) == 2


def test_trial_that_was_about_to_end_before_the_play_was_on_is_past() -> None:
    play = make_play("trial_ending", params={"days": 3}, on_since=AT)
    TrialFactory.create(ends_at=AT + DAY)
    short: Lead = LeadFactory.create()
    TrialFactory.create(lead=short, started_at=AT + HOUR, ends_at=AT + DAY)
    run(AT + 2 * HOUR)
    assert [one.lead for one in play.runs.all()] == [short]


def test_trials_are_looked_at_once_a_minute() -> None:
    play = make_play("trial_ending", params={"days": 3}, on_since=AT - DAY)
    run(AT)
    TrialFactory.create(ends_at=AT + 3 * DAY)
    run(AT + timedelta(seconds=59))
    assert causes(play) == []
    run(AT + MINUTE)
    assert len(causes(play)) == 1


def test_state_changed_acts_once_nobody_can_take_it_back() -> None:
    play = make_play("state_changed", params={"states": ["accepted", "won"]})
    pql = make_pql(rep=RepFactory.create())
    by = UserFactory.create()
    services.accept(pql, by=by, at=AT + MINUTE)
    services.mark_contacted(pql, by=by, at=AT + MINUTE)
    run(AT + MINUTE)
    assert play.runs.get().state == "waiting"
    run(AT + 2 * MINUTE)
    done = play.runs.get()
    assert (done.state, done.qualification) == ("fired", pql)


def test_state_that_was_undone_is_left_out_and_undoing_is_no_cause() -> None:
    play = make_play("state_changed", params={"states": ["accepted", "contacted"]})
    rep = RepFactory.create()
    pql = make_pql(rep=rep, state=State.ACCEPTED)
    services.mark_contacted(pql, by=rep.user, at=AT + MINUTE)
    services.undo(StateChange.objects.latest("pk"), by=rep.user, at=AT + MINUTE)
    run(AT + HOUR)
    assert outcomes(play) == [("skipped", "undone")]


def test_state_that_stays_is_no_change() -> None:
    play = make_play("state_changed", params={"states": [State.CONTACTED]})
    pql = make_pql(rep=RepFactory.create(), state=State.CONTACTED)
    services.assign(pql, rep=RepFactory.create(), by=None, at=AT + MINUTE)
    run(AT + HOUR)
    assert causes(play) == []
