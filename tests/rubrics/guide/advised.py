"""What is recommended for some answers, for tests."""

from typing import Any

from rubrics.guide.advice import Item, Recommendation
from rubrics.guide.answers import Answers
from rubrics.guide.recommending import recommend


def advise(**answers: Any) -> Recommendation:
    return recommend(Answers(**answers))


def item(recommendation: Recommendation, key: str) -> Item:
    return next(one for one in recommendation.items if one.key == key)


def value(key: str, **answers: Any) -> str:
    return item(advise(**answers), key).value
