"""The demo's rubrics.

Lumenboard's leads are scored by the standard one, those of large companies (a segment) by one with
more patience, and whole accounts by a third. Lumenkit has one of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.demo import KIT_NAME, PRODUCT_NAME, words
from leads.models import Product, Signal, SignalMapping, Source
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
# What Lumenkit calls its limit.
KIT_MAPPINGS: dict[str, tuple[str, str, list[dict[str, Any]], str]] = {
    "usage_limit_hit": ("track", "Call Quota Reached", [], "limit"),
}
# Who uses both products within a month gets the bonus of the methodology, edge case 2: +10-15.
BOTH = {"points": 10, "within": "30d", "products": 2}
LARGE = 501
# Words for the total of an account.
BANDS = (
    {"at_least": 0, "name": "Quiet", "meaning": "nobody to call yet"},
    {"at_least": 35, "name": "Waking", "meaning": "one or two people try it"},
    {"at_least": 60, "name": "Engaged", "meaning": "a team tries it: find who leads it"},
    {"at_least": 80, "name": "Hot", "meaning": "a team at work: if it fits, talk of a contract"},
)


def publish_rubrics(product: Product, *, at: datetime) -> tuple[RubricVersion, RubricVersion]:
    """Publish Lumenboard's; return the version of most leads, then the accounts'."""
    documents = lead_document(), large_document(), account_document()
    of_leads, _, of_accounts = _publish(documents, product, MAPPINGS, at=at)
    return of_leads, of_accounts


def publish_kit_rubric(product: Product, source: Source, *, at: datetime) -> RubricVersion:
    """Publish Lumenkit's. Some of its events have names of Lumenboard's: its own source counts."""
    (version,) = _publish((kit_document(),), product, KIT_MAPPINGS, at=at)
    SignalMapping.objects.filter(signal__product=product).update(source=source)
    return version


def _publish(
    documents: Sequence[dict[str, Any]],
    product: Product,
    mappings: Mapping[str, tuple[str, str, list[dict[str, Any]], str]],
    *,
    at: datetime,
) -> list[RubricVersion]:
    drafts = [load_rubric(document, product=product, by=None, at=at) for document in documents]
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
        for key, (kind, name, conditions, value) in mappings.items()
    )
    return [publish_now(draft, by=None, at=at) for draft in drafts]


def lead_document() -> dict[str, Any]:
    """The preset ``standard``, with the hosts and competitors of the demo's world."""
    lists = {
        "competitors": words.COMPETITORS,
        "personal": (words.FREE_MAIL,),
        "academic": words.UNIVERSITIES,
    }
    return _fitted(load_preset("standard"), lists) | {"cross_product": BOTH}


def large_document() -> dict[str, Any]:
    """The same for large companies: where many decide, interest fades in quarters, not months."""
    when = {
        "measure": "number_in_range", "attribute": "account.employees", "ranges": [[LARGE, None]],
    }  # fmt: skip
    return lead_document() | {
        "rubric": "large-companies",
        "name": "Large companies",
        "description": "The standard model with the decay of enterprise sales, for companies of "
        f"{LARGE} people or more.",
        "segment": {"name": "Large companies", "order": 10, "when": [when]},
        "decay": load_preset("enterprise-account")["decay"],
    }


def kit_document() -> dict[str, Any]:
    """The preset ``developer-platform``, with the bonus for who uses Lumenboard, too."""
    document = load_preset("developer-platform")
    return document | {"product_name": KIT_NAME, "cross_product": BOTH}


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
