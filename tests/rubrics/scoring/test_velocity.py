from typing import Any

import pytest

from rubrics.scoring.types import Criterion, Mode, Role
from rubrics.scoring.velocity import velocity_bonus
from tests.rubrics.scoring.specs import criterion


def bonus(**fields: Any) -> Criterion:
    return criterion(role=Role.VELOCITY, mode=Mode.PER_UNIT, **fields)


ONCE = bonus(points_each=25, max_units=1)
TWICE = bonus(points_each=25, max_units=2)
ALWAYS = bonus(points_each=25)
HALF = bonus(share_of_base=0.5, max_units=1)
TENTH = bonus(share_of_base=0.1, max_units=3)


@pytest.mark.parametrize(
    ("spec", "bursts", "raw", "points"),
    [
        pytest.param(ONCE, 0, 70, 0, id="no burst"),
        pytest.param(ONCE, 1, 70, 25, id="a burst, whatever the base"),
        pytest.param(ONCE, 4, 70, 25, id="once only"),
        pytest.param(TWICE, 4, 70, 50, id="twice at most"),
        pytest.param(ALWAYS, 4, 70, 100, id="each of them"),
        pytest.param(HALF, 1, 30, 15, id="half of 30: the methodology's worked example"),
        pytest.param(HALF, 1, 31, 16, id="halves are rounded up"),
        pytest.param(HALF, 1, 0, 0, id="a share of nothing"),
        pytest.param(TENTH, 3, 14, 4, id="0.1 is a tenth exactly: 4.2"),
        pytest.param(TENTH, 3, 15, 5, id="4.5 is rounded up though 0.1 is no binary fraction"),
    ],
)
def test_velocity_bonus(spec: Criterion, bursts: float, raw: int, points: int) -> None:
    assert velocity_bonus(spec, bursts, raw) == points
