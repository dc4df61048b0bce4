"""A company whose people do things together: what explains an account's score is tried on it."""

from datetime import datetime, timedelta
from typing import Any

from leads.attributes import ACCOUNT, write_statements
from leads.models import Account, Lead, Product
from rubrics.models import RubricVersion
from rubrics.publishing import publish_now
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead

DAY = timedelta(days=1)
Stated = dict[str, list[tuple[datetime, Any]]]
DOCUMENT: dict[str, Any] = {
    "rubric": "companies",
    "name": "Companies",
    "subject": "account",
    "signals": {"used": {"name": "Used it"}, "shared": {"name": "Shared it"}},
    "thresholds": {"total": 40, "fit": 15, "behavior": 20},
    "decay": {"mode": "none"},
    "criteria": [
        {"key": "size", "name": "Company size", "measure": "number_in_range",
         "attribute": "account.employees", "tiers": [{"ranges": [[50, 500]], "points": 15}]},
        {"key": "users", "name": "Active users", "measure": "active_users", "signals": ["used"],
         "window": {"last": "30d"},
         "tiers": [{"at_least": 1, "points": 10}, {"at_least": 2, "points": 20}]},
        {"key": "share", "name": "Share active", "measure": "share_active", "signals": ["used"],
         "tiers": [{"at_least": 90, "points": 5}]},
        {"key": "shares", "name": "Shared", "measure": "count", "signals": ["shared"],
         "per_unit": {"points": 5, "max": 2}},
        {"key": "domain", "name": "Own domain", "axis": "behavior", "measure": "users_on_domain",
         "tiers": [{"at_least": 5, "points": 5}]},
    ],
}  # fmt: skip


def publish_companies(product: Product, **sections: Any) -> RubricVersion:
    draft = load_rubric({**DOCUMENT, **sections}, product=product, by=None, at=AT)
    return publish_now(draft, by=None, at=AT)


def make_company(at: datetime, **attributes: Any) -> Account:
    """A company with what has been known of it for a hundred days."""
    company = Account.objects.create()
    known = {"name": "Acme", **attributes}
    stated: Stated = {name: [(at - 100 * DAY, value)] for name, value in known.items()}
    write_statements("account", {company.pk: stated})
    return Account.objects.get(pk=company.pk)


def join(product: Product, company: Account, name: str, *, at: datetime, hits: Any = ()) -> Lead:
    """Somebody who tries the product, and belongs to the company, from ``at`` on."""
    lead = make_lead(product, started_at=at, hits=hits)
    stated: Stated = {ACCOUNT: [(at, company.pk)], "name": [(at, name)]}
    write_statements("lead", {lead.pk: stated})
    return Lead.objects.get(pk=lead.pk)
