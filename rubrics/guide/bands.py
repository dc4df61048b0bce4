"""How a number leaves its benchmark, in words; and the benchmarks of conversion."""

from rubrics.benchmarks import Band, Verdict

WEIGHTS = 'Methodology section 3, "Scoring Weight Distribution"'
DECAY = 'Methodology section 3, "Score Decay Timing"'
QUICK = 'Methodology section 3, "Quick Reference Thresholds"'

# Methodology section 3, "PQL Conversion Rates".
PQL_TO_OPPORTUNITY = Band(15, 25, 30, 40, " %")
TRIAL_TO_PAID = Band(2, 5, 8, 15, " %")


def leaves(name: str, value: float, band: Band) -> str:
    """Empty where the value is what is usual."""
    verdict = band.verdict(value)
    if verdict is Verdict.GOOD:
        return ""
    side = "below" if value < band.least else "above"
    told = f"{name} {value:g}{band.unit}: {side}"
    if verdict is Verdict.EDGE:
        return f"{told} the usual {band.typical}."
    return f"{told} the benchmark of {band.low:g} to {band.high:g} (usual: {band.typical})."
