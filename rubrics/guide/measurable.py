"""What of a preset can be measured here: "do not score what you cannot measure reliably"."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rubrics.guide.advice import Missing

Document = Mapping[str, Any]
Criterion = Mapping[str, Any]

# The guide asks about these signals; others (unsubscribing, a downgrade) are never missed.
ASKED = (
    "logged_in", "onboarding_progress", "core_feature_used", "integration_connected",
    "teammate_invited", "pricing_viewed", "checkout_started", "premium_feature_used",
    "premium_feature_attempted", "usage_limit_hit", "data_exported", "feature_used",
    "section_viewed", "document_shared", "evaluation_page_viewed", "procurement_docs_downloaded",
    "admin_action_taken", "rollout_started",
)  # fmt: skip
# Methodology section 5, edge case 5, fallback assumptions.
PROXIES = {
    "core_feature_used": "5 logins a week",
    "integration_connected": "visits of more than 15 minutes",
    "teammate_invited": "several users of one e-mail domain",
    "feature_used": "views of sections of the product",
}


def reduced(document: Document, tracked: Collection[str] | None) -> dict[str, Any]:
    """The preset without the criteria that nothing tracked would ever reach.

    Where less behavior can be reached than the preset's limit, limit and thresholds shrink by the
    same share, as in the preset ``minimal-tracking``. ``tracked`` None: not known, all stays.
    """
    kept = [one for one in document["criteria"] if not is_unmeasurable(one, tracked)]
    whole = {**document, "criteria": kept}
    limit = document["limits"]["behavior"]
    most = reach(whole)
    if len(kept) == len(document["criteria"]) or not 0 < most < limit:
        return whole
    return _scaled(whole, limit, most)


def reach(document: Document) -> int:
    """The behavior that its criteria add up to at best, velocity aside."""
    return sum(best(one) for one in document["criteria"] if _is_action(one))


def _scaled(document: dict[str, Any], limit: int, most: int) -> dict[str, Any]:
    """Everything of behavior in the same share of what can be reached."""
    share = most / limit
    limits, thresholds = document["limits"], document["thresholds"]
    is_blend = (document.get("combination") or {}).get("mode") == "blend"
    of_total = 1 if is_blend else (limits["fit"] + most) / (limits["fit"] + limit)
    least = round(thresholds["behavior"] * share)
    criteria = [_less_velocity(one, share) for one in document["criteria"]]
    scaled = {**document, "criteria": criteria, "limits": {**limits, "behavior": most}}
    if "ceiling" in document:  # it stays below a PQL
        ceiling = round(document["ceiling"]["behavior"] * share)
        scaled["ceiling"] = {**document["ceiling"], "behavior": ceiling}
        least = max(least, ceiling + 1)
    scaled["thresholds"] = {
        **thresholds,
        "behavior": least,
        "total": round(thresholds["total"] * of_total),
    }
    if "matrix" in document:
        high = round(document["matrix"]["behavior"] * share)
        scaled["matrix"] = {**document["matrix"], "behavior": high}
    return scaled


def _less_velocity(criterion: Criterion, share: float) -> Criterion:
    """The bonus for bursts is a share of all that can be reached, too."""
    if "points_per_burst" not in criterion:
        return criterion
    return {**criterion, "points_per_burst": max(round(criterion["points_per_burst"] * share), 1)}


def missing(document: Document, tracked: Collection[str] | None) -> tuple[Missing, ...]:
    """The signals of the left out criteria, those that carry most points first."""
    carried: dict[str, int] = {}
    for one in document["criteria"]:
        if is_unmeasurable(one, tracked) and _is_action(one):
            signal = next(key for key in signals_of(one) if key in ASKED)
            carried[signal] = carried.get(signal, 0) + best(one)
    ranked = sorted(carried.items(), key=lambda entry: -entry[1])
    names = document["signals"]
    return tuple(
        Missing(key, names[key]["name"], points, PROXIES.get(key, "")) for key, points in ranked
    )


def left_out(document: Document, tracked: Collection[str] | None) -> tuple[str, ...]:
    """The keys of the criteria that go."""
    return tuple(one["key"] for one in document["criteria"] if is_unmeasurable(one, tracked))


def is_unmeasurable(criterion: Criterion, tracked: Collection[str] | None) -> bool:
    """Whether none of the signals it looks at is tracked, as far as the guide asked."""
    asked = [key for key in signals_of(criterion) if key in ASKED]
    return tracked is not None and bool(asked) and not any(key in tracked for key in asked)


def signals_of(criterion: Criterion) -> Iterator[str]:
    """The signals it looks at, its tiers' among them."""
    for part in (criterion, *criterion.get("tiers", ())):
        yield from part.get("signals", ())


def best(criterion: Criterion) -> int:
    """The most points it gives."""
    points: list[int] = [tier["points"] for tier in criterion.get("tiers", ())]
    return max([0, *points])


def _is_action(criterion: Criterion) -> bool:
    return criterion["axis"] == "behavior" and "role" not in criterion
