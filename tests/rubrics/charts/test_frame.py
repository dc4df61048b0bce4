import pytest

from rubrics.charts.frame import Frame, round_steps


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [
        pytest.param(0, 150, [0, 50, 100, 150], id="a total"),
        pytest.param(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1], id="shares"),
        pytest.param(3, 97, [20, 40, 60, 80], id="within both ends"),
        pytest.param(7, 7, [7], id="nothing between"),
        pytest.param(0, 12_345, [0, 5000, 10_000], id="counts"),
    ],
)
def test_round_steps(low: float, high: float, steps: list[float]) -> None:
    assert round_steps(low, high) == steps


def test_frame_places_its_ends_at_its_sides() -> None:
    frame = Frame(x_low=0, x_high=150, y_low=0, y_high=40)
    assert (frame.x(0), frame.x(150)) == (frame.left, frame.end)
    assert (frame.y(0), frame.y(40)) == (frame.base, frame.top)


def test_frame_of_one_value_divides_by_nothing() -> None:
    frame = Frame(x_low=5, x_high=5, y_low=0, y_high=0)
    assert (frame.x(5), frame.y(0)) == (frame.left, frame.base)
