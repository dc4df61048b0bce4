from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routing.dealing.conditions import read_conditions
from routing.dealing.decisions import Decision
from routing.dealing.facts import Facts
from routing.dealing.hands import Hand
from routing.dealing.rules import FALLBACK, Closed, Pool, Rule, Way, read_rule, read_rules
from routing.dealing.table import Table, Tie
from routing.dealing.territories import Area

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
FACTS = Facts(
    at=AT, lead_id=7, product="suite", total=92, account_id=3,
    account={"country": "DE", "employees": 1200, "industry": "SaaS"},
)  # fmt: skip
GERMAN = read_conditions([{"field": "country", "op": "is", "value": "DE"}])
FRENCH = read_conditions([{"field": "country", "op": "is", "value": "FR"}])


def _hand(number: int, **kwargs: Any) -> Hand:
    kwargs.setdefault("opens_at", AT - timedelta(hours=1))
    return Hand(rep_id=number, name=f"Rep {number}", team_id=kwargs.pop("team_id", 1), **kwargs)


def _table(*rules: Rule, hands: list[Hand] | None = None, **kwargs: Any) -> Table:
    hands = [_hand(1), _hand(2), _hand(3)] if hands is None else hands
    return Table((*rules, FALLBACK), {hand.rep_id: hand for hand in hands}, **kwargs)


def _skipped(decision: Decision) -> dict[int, str]:
    return {one.rep_id: one.skipped for one in decision.last.considered if one.skipped}


def test_the_first_rule_that_is_for_the_lead_deals() -> None:
    table = _table(
        Rule("fr", "France", FRENCH, pool=Pool.REPS, reps=(1,)),
        Rule("de", "Germany", GERMAN, pool=Pool.REPS, reps=(2,)),
        Rule("all", "All", pool=Pool.REPS, reps=(3,)),
    )
    decision = table.deal(FACTS, at=AT)
    assert decision.rep_id == 2
    assert decision.reason == "Germany: the only one who can take it now"
    assert [(step.name, step.fired, step.why) for step in decision.steps] == [
        ("France", False, "Not for this lead. Country is FR: it is DE"),
        ("Germany", True, "The only one who can take it now"),
    ]
    assert [one.words for one in decision.last.checks] == ["Country is DE: it is DE"]
    assert table.hands[2].open == 1


def test_without_rules_everybody_takes_turns_and_limits_are_hard() -> None:
    table = _table(hands=[_hand(1, max_open=2), _hand(2), _hand(3, max_new_a_day=1)])
    dealt = [table.deal(FACTS, at=AT).rep_id for _ in range(7)]
    assert dealt[:3] == [1, 2, 3]
    assert sorted(map(str, dealt)) == ["1", "1", "2", "2", "2", "2", "3"]
    decision = table.deal(FACTS, at=AT)
    assert _skipped(decision) == {1: "2 open, 2 at most", 3: "1 new today, 1 at most"}
    assert decision.last.why == "The only one who can take it now"


def test_next_in_turn_says_among_how_many_and_by_which_weight() -> None:
    heavy = [_hand(1, weight=2), _hand(2, weight=7)]
    table = _table(Rule("w", "Weighted", way=Way.WEIGHTED), hands=heavy)
    decision = table.deal(FACTS, at=AT)
    assert decision.reason == "Weighted: next in turn by weight, 7 of every 9"
    assert table.touched == {("w", 1), ("w", 2)}
    assert _table().deal(FACTS, at=AT).last.why == "Next in turn among 3"


def test_a_full_rule_hands_on_to_the_next_and_at_last_to_the_fallback() -> None:
    table = _table(
        Rule("a", "Owner", pool=Pool.REPS, reps=(1,)),
        Rule("b", "Second", pool=Pool.REPS, reps=(2,), skills=("German",)),
        hands=[_hand(1, max_open=0), _hand(2, skills=frozenset({"french"})), _hand(3)],
    )
    decision = table.deal(FACTS, at=AT)
    assert [(step.name, step.fired, step.why) for step in decision.steps[:2]] == [
        ("Owner", False, "Nobody it is for can take it now: 1 rep full"),
        ("Second", False, "Nobody it is for can take it now: 1 rep without the skills"),
    ]
    assert decision.steps[1].considered[0].skipped == "lacks German"
    assert decision.last.name == FALLBACK.name
    assert decision.rep_id == 2  # who never was dealt one, by id


def test_nobody_at_all_is_said_with_each_reason() -> None:
    hands = [
        _hand(1, away="switched off"),
        _hand(2, max_open=0),
        _hand(3, opens_at=None),
    ]
    table = _table(hands=hands)
    assert table.is_full
    decision = table.deal(FACTS, at=AT)
    assert (decision.rep_id, decision.waits_until) == (None, None)
    assert _skipped(decision) == {
        1: "switched off", 2: "0 open, 0 at most", 3: "has no working hours",
    }  # fmt: skip
    assert decision.last.why.endswith("now: 1 rep off, 1 full, 1 without working hours")
    assert _table(hands=[]).deal(FACTS, at=AT).last.why == "There are no reps"


def test_daily_limits_are_named_the_commonest_reason_first() -> None:
    spent = {"max_new_a_day": 1, "new_today": 1}
    hands = [_hand(1, away="has a day off"), _hand(2, **spent), _hand(3, **spent)]
    decision = _table(hands=hands).deal(FACTS, at=AT)
    told = "Nobody it is for can take it now: 2 reps at the daily limit, 1 off"
    assert decision.last.why == told


def test_skills_are_compared_without_regard_to_case() -> None:
    hands = [_hand(1), _hand(2, skills=frozenset({"german", "apis"}))]
    table = _table(Rule("s", "Skilled", skills=("German", "APIs")), hands=hands)
    decision = table.deal(FACTS, at=AT)
    assert (decision.rep_id, decision.last.name) == (2, "Skilled")


def test_least_loaded_takes_the_fewest_then_the_longest_wait() -> None:
    hands = [
        _hand(1, open=4),
        _hand(2, open=2, last_dealt_at=AT - timedelta(hours=1)),
        _hand(3, open=2, last_dealt_at=AT - timedelta(hours=2)),
    ]
    table = _table(Rule("l", "Least", way=Way.LEAST), hands=hands)
    first = table.deal(FACTS, at=AT)
    assert (first.rep_id, first.last.why) == (3, "Fewest open PQLs: 2")
    assert [table.deal(FACTS, at=AT).rep_id for _ in range(4)] == [2, 3, 2, 1]


def test_turns_of_one_moment_have_an_order() -> None:
    table = _table()
    moments = [table.deal(FACTS, at=AT).dealt_at for _ in range(5)]
    assert moments == sorted(set(moments), key=str)
    ahead = _table(hands=[_hand(1, last_dealt_at=AT + timedelta(hours=1)), _hand(2)])
    dealt_at = ahead.deal(FACTS, at=AT).dealt_at
    assert dealt_at is not None
    assert dealt_at > AT + timedelta(hours=1)


def test_teams_reps_that_are_gone_and_empty_teams() -> None:
    hands = [_hand(1, team_id=5), _hand(2, team_id=6)]
    table = _table(
        Rule("gone", "Gone", pool=Pool.REPS, reps=(99,)),
        Rule("empty", "Empty", pool=Pool.TEAMS, teams=(7,)),
        Rule("team", "Team", pool=Pool.TEAMS, teams=(6,)),
        hands=hands,
    )
    decision = table.deal(FACTS, at=AT)
    assert decision.rep_id == 2
    assert [step.why for step in decision.steps] == [
        "The reps it names are gone",
        "Nobody is in the teams it names",
        "The only one who can take it now",
    ]


DACH = Area(1, "DACH", countries=("Germany", "AT", "CH"), reps=frozenset({2}))
NORTH = Area(2, "North America", regions=("NA",), reps=frozenset({3}))
LARGE = Area(3, "Large", employees_from=1000, reps=frozenset({1}))
AREAS = {area.id: area for area in (DACH, NORTH, LARGE)}


def test_territory_deals_among_those_who_work_it() -> None:
    table = _table(Rule("t", "Ours", pool=Pool.TERRITORY, territories=(1, 2)), areas=AREAS)
    decision = table.deal(FACTS, at=AT)
    assert decision.rep_id == 2
    told = [one.words for one in decision.last.checks]
    assert told == ["DACH: Country is one of Germany, AT, CH: it is DE"]

    every = _table(Rule("t", "Any", pool=Pool.TERRITORY), areas=AREAS)
    considered = every.deal(FACTS, at=AT).last.considered
    assert {one.rep_id for one in considered} == {1, 2}


def test_outside_of_every_territory_says_what_each_wanted() -> None:
    brazil = replace(FACTS, account={"country": "BR"})
    rule = Rule("t", "Ours", pool=Pool.EVERYBODY, territories=(1, 3))
    step = _table(rule, areas=AREAS).deal(brazil, at=AT).steps[0]
    assert not step.fired
    assert [one.words for one in step.checks] == [
        "DACH: Country is one of Germany, AT, CH: it is BR",
        "Large: Employees is at least 1,000: unknown",
    ]
    assert step.why.endswith("(and 1 more)")
    gone = Rule("g", "Gone", territories=(9,))
    assert _table(gone).deal(FACTS, at=AT).steps[0].why == "In none of its territories"
    nobody = Rule("n", "Nobody’s", pool=Pool.TERRITORY)
    assert _table(nobody).deal(FACTS, at=AT).steps[0].why == "Nobody works the territory"


@pytest.mark.parametrize(
    ("area", "inside"),
    [
        pytest.param(Area(1, "All"), True, id="asks for nothing"),
        pytest.param(Area(1, "By region", ("FR",), ("EMEA",)), True, id="country or region"),
        pytest.param(Area(1, "By both", ("DE",), ("NA",)), True, id="region or country"),
        pytest.param(Area(1, "Neither", ("FR",), ("NA",)), False, id="neither"),
        pytest.param(Area(1, "Band", employees_from=50, employees_to=1200), True, id="band"),
        pytest.param(Area(1, "Small", employees_to=1199), False, id="too large"),
        pytest.param(Area(1, "Industry", industries=("saas",)), True, id="industry"),
        pytest.param(Area(1, "Other", industries=("Retail",)), False, id="another industry"),
    ],
)
def test_area_holds(area: Area, inside: bool) -> None:
    assert area.holds(FACTS) is inside


def test_account_goes_to_the_closest_who_can_take_it() -> None:
    ties = {3: [Tie(1, "owns the account"), Tie(9, "gone"), Tie(2, "won a deal there")]}
    rule = Rule("a", "Accounts", pool=Pool.ACCOUNT)
    decision = _table(rule, ties=ties).deal(FACTS, at=AT)
    assert (decision.rep_id, decision.reason) == (1, "Accounts: owns the account")
    away = [_hand(1, away="has a day off"), _hand(2), _hand(3)]
    decision = _table(rule, hands=away, ties=ties).deal(FACTS, at=AT)
    assert (decision.rep_id, decision.last.why) == (2, "Won a deal there")
    assert _skipped(decision) == {1: "has a day off"}


def test_colleagues_who_come_together_go_to_one_rep() -> None:
    rules = (Rule("a", "Accounts", pool=Pool.ACCOUNT), Rule("r", "Round"))
    table = _table(*rules)
    stranger = replace(FACTS, account_id=None)
    dealt = [table.deal(facts, at=AT) for facts in (FACTS, stranger, FACTS, stranger)]
    assert [one.rep_id for one in dealt] == [1, 2, 1, 3]
    assert dealt[0].steps[0].why == "Nobody owns or works this account"
    assert dealt[2].last.why == "Works a colleague there"


BERLIN = ZoneInfo("Europe/Berlin")
EVENING, MORNING = AT + timedelta(hours=6), AT + timedelta(hours=20)


def _closed() -> list[Hand]:
    return [
        _hand(1, opens_at=MORNING, zone=BERLIN),
        _hand(2, opens_at=EVENING, zone=BERLIN),
        _hand(3, opens_at=MORNING, zone=BERLIN),
    ]


def test_who_is_at_work_goes_first() -> None:
    table = _table(hands=[*_closed(), _hand(4)])
    dealt = [table.deal(FACTS, at=AT) for _ in range(3)]
    assert [one.rep_id for one in dealt] == [4, 4, 4]
    assert _skipped(dealt[0])[2] == "closed until Tue 10 Mar, 19:00"


def test_nobody_at_work_goes_to_whoever_opens_first() -> None:
    decision = _table(hands=_closed()).deal(FACTS, at=AT)
    assert decision.rep_id == 2
    assert decision.last.why == "The only one who can take it now; works from Tue 10 Mar, 19:00"
    assert _skipped(decision)[1] == "opens later: Wed 11 Mar, 09:00"


def test_nobody_at_work_is_no_matter_where_the_rule_says_so() -> None:
    table = _table(Rule("r", "Always", closed=Closed.ANYWAY), hands=_closed())
    assert [table.deal(FACTS, at=AT).rep_id for _ in range(3)] == [1, 2, 3]


def test_nobody_at_work_can_mean_to_wait() -> None:
    table = _table(Rule("r", "Patient", closed=Closed.WAIT), hands=_closed())
    decision = table.deal(FACTS, at=AT)
    assert (decision.rep_id, decision.waits_until) == (None, EVENING)
    assert decision.reason == "Patient: waits for working hours: Tue 10 Mar, 19:00"
    assert decision.last.fired
    assert not table.touched
    later = _table(Rule("r", "Patient", closed=Closed.WAIT), hands=[_hand(1)])
    assert later.deal(FACTS, at=AT).rep_id == 1


def test_steps_are_told_as_json() -> None:
    decision = _table(Rule("de", "Germany", GERMAN)).deal(FACTS, at=AT)
    assert decision.last.document == {
        "rule": "de",
        "name": "Germany",
        "fired": True,
        "why": "Next in turn among 3",
        "conditions": [{"words": "Country is DE: it is DE", "holds": True}],
        "candidates": [
            {"rep": 1, "name": "Rep 1", "skipped": "", "next": True},
            {"rep": 2, "name": "Rep 2", "skipped": "", "next": False},
            {"rep": 3, "name": "Rep 3", "skipped": "", "next": False},
        ],
    }


def test_rules_are_read_as_they_were_written_and_end_with_the_fallback() -> None:
    rule = Rule(
        "k", "Name", GERMAN, (1,), Pool.TEAMS, (2,), (3,), ("German",), Way.LEAST, Closed.WAIT
    )
    assert read_rule(rule.document) == rule
    assert read_rules([rule.document]) == (rule, FALLBACK)
    assert read_rules([]) == (FALLBACK,)
