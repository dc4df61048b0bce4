from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.dealing.conditions import read_conditions
from routing.dealing.facts import Facts
from routing.dealing.pilots import Arm, PilotTerms, pilot_for

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PILOT = PilotTerms(7, "March", AT, AT + 14 * DAY, frozenset({1, 2}), product="suite", share=20)
FACTS = Facts(at=AT, lead_id=5, product="suite", total=92)


@pytest.mark.parametrize(
    ("pilot", "at", "is_about"),
    [
        pytest.param(PILOT, AT, True, id="its first moment"),
        pytest.param(PILOT, AT - timedelta(seconds=1), False, id="before it begins"),
        pytest.param(PILOT, AT + 14 * DAY, False, id="its end"),
        pytest.param(replace(PILOT, product=""), AT, True, id="every product"),
        pytest.param(replace(PILOT, product="other"), AT, False, id="another product"),
        pytest.param(
            replace(
                PILOT,
                conditions=read_conditions([{"field": "total", "op": "at_least", "value": 93}]),
            ),
            AT,
            False,
            id="a condition that does not hold",
        ),
    ],
)
def test_what_a_pilot_is_about(pilot: PilotTerms, at: datetime, is_about: bool) -> None:
    assert (pilot_for([pilot], FACTS, at=at) is not None) is is_about


def test_the_first_pilot_that_fits_has_it() -> None:
    later = replace(PILOT, pilot_id=8)
    place = pilot_for([replace(PILOT, product="other"), later, PILOT], FACTS, at=AT)
    assert place is not None
    assert place.pilot == later
    assert pilot_for([], FACTS, at=AT) is None


def test_the_draw_is_fair_and_the_same_for_good() -> None:
    drawn = [PILOT.arm_of(lead_id) for lead_id in range(20_000)]
    assert drawn == [PILOT.arm_of(lead_id) for lead_id in range(20_000)]
    share = Counter(drawn)[Arm.COMPARISON] / 20_000
    assert abs(share - 0.20) < 0.01
    other = replace(PILOT, pilot_id=8)
    both = sum(one == Arm.COMPARISON == other.arm_of(lead_id) for lead_id, one in enumerate(drawn))
    assert abs(both / 20_000 - 0.04) < 0.01  # one pilot's draw says nothing of another's


def test_without_a_share_all_are_the_pilots() -> None:
    assert {replace(PILOT, share=0).arm_of(lead_id) for lead_id in range(1000)} == {Arm.PILOT}
