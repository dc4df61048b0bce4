"""Ridge logistic regression in plain Python: a few thousand leads, a few dozen yes-or-no features.

No matrix library: features of rubrics are mostly absent, so a pass over those present is quick.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

PASSES = 60
SETTLED = 1e-4
FURTHEST = 2.0
"""The longest step of one coefficient in one pass: keeps early steps from overshooting."""

Feature = Sequence[tuple[int, float]]
"""Where the feature is present: (index of the lead, value)."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The coefficients, on the logit, and how sure each is."""

    intercept: float
    effects: tuple[float, ...]
    errors: tuple[float, ...]


def fit_logistic(features: Sequence[Feature], labels: Sequence[bool], *, spread: float) -> Fit:
    """Fit by coordinate descent; the intercept is free.

    Args:
        spread: how far an effect is expected to be from nothing: the standard deviation, on the
            logit, that each is held back by. Many leads overrule it, few do not.
    """
    hits, penalty = sum(labels), 1 / spread**2
    if not 0 < hits < len(labels):
        raise ValueError("all leads ended alike")
    intercept = math.log(hits / (len(labels) - hits))
    scores = [intercept] * len(labels)
    effects = [0.0] * len(features)
    for _ in range(PASSES):
        moved = _step_all(scores, labels)
        intercept += moved
        for number, feature in enumerate(features):
            step = _step(feature, scores, labels, effects[number], penalty)
            effects[number] += step
            moved = max(abs(moved), abs(step))
        if moved < SETTLED:
            break
    errors = _errors(features, scores, penalty)
    return Fit(intercept, tuple(effects), errors)


def chance(logit: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))


def _step_all(scores: list[float], labels: Sequence[bool]) -> float:
    """One Newton step of the intercept."""
    gradient = curve = 0.0
    for score, label in zip(scores, labels, strict=True):
        # As chance() says, in place: calling it takes longer than what it does.
        p = 1 / (1 + exp(-score)) if score >= 0 else exp(score) / (1 + exp(score))
        gradient += label - p
        curve += p * (1 - p)
    step = _short(gradient / max(curve, 1e-9))
    for index in range(len(scores)):
        scores[index] += step
    return step


def _step(
    feature: Feature, scores: list[float], labels: Sequence[bool], effect: float, penalty: float
) -> float:
    """One Newton step of one coefficient."""
    gradient, curve = -penalty * effect, penalty
    for index, value in feature:
        score = scores[index]
        p = 1 / (1 + exp(-score)) if score >= 0 else exp(score) / (1 + exp(score))
        gradient += value * (labels[index] - p)
        curve += value * value * p * (1 - p)
    step = _short(gradient / curve)
    for index, value in feature:
        scores[index] += step * value
    return step


def _short(step: float) -> float:
    return min(max(step, -FURTHEST), FURTHEST)


def _errors(
    features: Sequence[Feature], scores: Sequence[float], penalty: float
) -> tuple[float, ...]:
    """Standard errors: the square roots of the diagonal of the inverse of the curvature."""
    size = len(features) + 1
    curve = [[0.0] * size for _ in range(size)]
    present: list[list[tuple[int, float]]] = [[(0, 1.0)] for _ in scores]
    for number, feature in enumerate(features, 1):
        for index, value in feature:
            present[index].append((number, value))
    for score, held in zip(scores, present, strict=True):
        p = chance(score)
        weight = p * (1 - p)
        for place, (row, one) in enumerate(held):
            line, scaled = curve[row], one * weight
            for column, other in held[place:]:
                line[column] += scaled * other
    for row in range(size):
        curve[row][row] += penalty if row else 0.0
        for column in range(row):
            curve[row][column] = curve[column][row]
    return tuple(math.sqrt(max(one, 0.0)) for one in _inverse_diagonal(curve)[1:])


def _inverse_diagonal(matrix: list[list[float]]) -> list[float]:
    """The diagonal of a positive definite matrix's inverse, by its Cholesky factor."""
    size = len(matrix)
    factor = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = matrix[row][column] - sum(
                factor[row][k] * factor[column][k] for k in range(column)
            )
            if row == column:
                factor[row][row] = math.sqrt(max(rest, 1e-12))
            else:
                factor[row][column] = rest / factor[column][column]
    diagonal = [0.0] * size
    for unit in range(size):
        solved = [0.0] * size
        for row in range(unit, size):
            known = sum(factor[row][k] * solved[k] for k in range(unit, row))
            solved[row] = ((row == unit) - known) / factor[row][row]
        diagonal[unit] = sum(value * value for value in solved)
    return diagonal
