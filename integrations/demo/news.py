"""What enrichment tells of the demo's companies: head counts over time, funding rounds, new heads.

An account rubric asks for such trigger events; a sign-up says nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from integrations.demo.people import Company

# The head count of before was told longer ago than growth looks back.
HEADCOUNT_TOLD = (timedelta(days=96), timedelta(days=110))
GROWING_SHARE = 0.3
GROWTH_PERCENT = {True: (10, 45), False: (-6, 8)}
# Share of companies with such a date. Half of the dates are too old to matter.
EVENTS = {"funding_raised_at": 0.14, "executive_hired_at": 0.12}
EVENT_AGE_DAYS = (4, 180)


@dataclass(frozen=True, slots=True)
class News:
    """An attribute of a company had this value; it was told at ``at``."""

    company: str
    name: str
    value: Any
    at: datetime


def news_of(companies: Iterable[Company], seed: int, *, at: datetime) -> Iterator[News]:
    """Yield what was told of the companies up to ``at``."""
    for company in companies:
        random = Random(f"{seed}/{company.external_id}/news")  # noqa: S311 - a demo, no secret
        if company.employees is not None:
            low, high = GROWTH_PERCENT[random.random() < GROWING_SHARE]
            before = round(company.employees / (1 + random.uniform(low, high) / 100))
            told_at = at - _between(random, *HEADCOUNT_TOLD)
            yield News(company.external_id, "employees", max(before, 1), told_at)
        for name, share in EVENTS.items():
            if random.random() < share:
                happened = at - timedelta(days=random.uniform(*EVENT_AGE_DAYS))
                told_at = happened + timedelta(days=random.uniform(1, 3))
                yield News(company.external_id, name, happened.date().isoformat(), told_at)


def _between(random: Random, shortest: timedelta, longest: timedelta) -> timedelta:
    return shortest + (longest - shortest) * random.random()
