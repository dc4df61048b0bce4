"""The bonus for concentrated activity."""

from fractions import Fraction

from rubrics.scoring.types import Criterion


def velocity_bonus(criterion: Criterion, bursts: float, raw: int) -> int:
    """Points for ``bursts`` on top of ``raw``: absolute, or a share of the raw before it.

    A share is rounded to whole points, halves up. Source: methodology section 4 ("+25 once per
    48-hour window"; "30 x 0.5 = +15").
    """
    counted = max(int(bursts), 0)
    if criterion.max_units is not None:
        counted = min(counted, criterion.max_units)
    if criterion.share_of_base is None:
        return criterion.points_each * counted
    share = Fraction(str(criterion.share_of_base)) * raw * counted
    return int(share + Fraction(1, 2))
