"""Leads that sales and RevOps of the demo agree on, one for each kind of person that matters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from integrations.demo import words
from rubrics.golden.keeping import add_golden_lead
from rubrics.models import Rubric

MUST, NEVER = {"pql": True}, {"pql": False}

CHAMPION: dict[str, Any] = {
    "lead": {"title": "VP Marketing", "email": "x@acme.example", "signed_up": "10d"},
    "account": {
        "employees": 120, "industry": "SaaS", "country": "US", "technologies": ["Salesforce"],
    },
    "hits": [
        {"signal": "logged_in", "ago": "9d", "times": 6, "every": "1d"},
        {"signal": "onboarding_progress", "ago": "8d", "value": 100},
        {"signal": "core_feature_used", "ago": "6d", "times": 4, "every": "1d"},
        {"signal": "integration_connected", "ago": "5d"},
        {"signal": "teammate_invited", "ago": "4d", "times": 2, "every": "1h"},
        {"signal": "pricing_viewed", "ago": "2d"},
    ],
}  # fmt: skip
# As busy as the champion; what differs is who they are.
STUDENT = {
    **CHAMPION,
    "lead": {"title": "Student", "email": f"x@{words.UNIVERSITIES[0]}", "signed_up": "10d"},
    "account": {},
}
COMPETITOR = {
    **CHAMPION,
    "lead": {
        "title": "Product Manager", "email": f"x@{words.COMPETITORS[0]}", "signed_up": "10d",
    },
    "account": {"employees": 120, "industry": "Analytics", "country": "US"},
}  # fmt: skip
TOURIST = {
    **CHAMPION,
    "hits": [{"signal": "logged_in", "ago": "9d"}, {"signal": "pricing_viewed", "ago": "9d"}],
}

# Name, facts, what must come out, why.
AGREED: tuple[tuple[str, dict[str, Any], dict[str, Any], str], ...] = (
    (
        "VP Marketing of a software company, team on board",
        CHAMPION,
        {**MUST, "total_at_least": 100},
        "Deals of this kind closed in a month. If this is no PQL, nobody is.",
    ),
    (
        "Student who does everything",
        STUDENT,
        NEVER,
        "Reps called dozens of them last year. None could buy.",
    ),
    (
        "Product manager of a competitor",
        COMPETITOR,
        NEVER,
        "They look at everything and learn from our calls.",
    ),
    (
        "VP who had one look around",
        TOURIST,
        {**NEVER, "total_at_most": 79},
        "Fits well and did nothing: marketing's, not a rep's.",
    ),
)


def keep_golden_leads(rubric: Rubric, *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Keep them with the rubric of leads."""
    for name, facts, expect, why in AGREED:
        known = {part: told for part, told in facts.items() if told}
        add_golden_lead(
            rubric, name=name, why=why, expect=expect, facts=known, moment=at, by=by, at=at
        )
