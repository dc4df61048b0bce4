"""The demo's two rubrics: the standard one for leads, and beside it one for whole accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.demo import PRODUCT_NAME, words
from leads.models import Product, Signal, SignalMapping
from rubrics.models import RubricVersion
from rubrics.presets import load_preset
from rubrics.publishing import publish_now
from rubrics.services import load_rubric

# The demo product's own event names, besides those the presets know: signal -> (kind, name,
# conditions, value).
MAPPINGS: dict[str, tuple[str, str, list[dict[str, Any]], str]] = {
    "core_feature_used": ("track", "Dashboard Built", [], ""),
    "pricing_viewed": (
        "page",
        "Pricing",
        [{"property": "signed_in", "op": "equals", "value": True}],
        "",
    ),
    "pricing_viewed_anonymously": (
        "page",
        "Pricing",
        [{"property": "signed_in", "op": "equals", "value": False}],
        "",
    ),
    "data_exported": ("track", "Report Exported", [], "format"),
    "premium_downgraded": ("track", "Trial Downgraded", [], ""),
    "document_shared": ("track", "Dashboard Shared", [], "dashboard"),
}
# Words for the total of an account.
BANDS = (
    {"at_least": 0, "name": "Quiet", "meaning": "nobody to call yet"},
    {"at_least": 35, "name": "Waking", "meaning": "one or two people try it"},
    {"at_least": 60, "name": "Engaged", "meaning": "a team tries it: find who leads it"},
    {"at_least": 80, "name": "Hot", "meaning": "a team at work: if it fits, talk of a contract"},
)


def publish_rubrics(product: Product, *, at: datetime) -> tuple[RubricVersion, RubricVersion]:
    """Publish both; return the leads' version, then the accounts'."""
    drafts = [
        load_rubric(document, product=product, by=None, at=at)
        for document in (lead_document(), account_document())
    ]
    signals = {signal.key: signal for signal in Signal.objects.filter(product=product)}
    SignalMapping.objects.bulk_create(
        SignalMapping(
            signal=signals[key],
            kind=kind,
            event_name=name,
            conditions=conditions,
            value_property=value,
            position=10,
        )
        for key, (kind, name, conditions, value) in MAPPINGS.items()
    )
    of_leads, of_accounts = (publish_now(draft, by=None, at=at) for draft in drafts)
    return of_leads, of_accounts


def lead_document() -> dict[str, Any]:
    """The preset ``standard``, with the hosts and competitors of the demo's world."""
    lists = {
        "competitors": words.COMPETITORS,
        "personal": (words.FREE_MAIL,),
        "academic": words.UNIVERSITIES,
    }
    return _fitted(load_preset("standard"), lists)


def account_document() -> dict[str, Any]:
    """The preset ``enterprise-account`` with bands, and the trigger events of ``freemium``."""
    document = _fitted(load_preset("enterprise-account"), {"competitors": words.COMPETITORS})
    others = load_preset("freemium")
    triggers = [one for one in others["criteria"] if one.get("group") == "triggers"]
    return document | {
        "bands": list(BANDS),
        "groups": {"triggers": others["groups"]["triggers"]},
        "criteria": [*document["criteria"], *triggers],
    }


def _fitted(document: dict[str, Any], lists: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    longer = {name: [*document["lists"][name], *more] for name, more in lists.items()}
    return document | {"product_name": PRODUCT_NAME, "lists": document["lists"] | longer}
