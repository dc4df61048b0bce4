"""A proposal becomes a draft where somebody asks for it: an ordinary one, to look at and edit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from rubrics.models import Backtest, RubricVersion
from rubrics.services import load_rubric


class NothingProposed(Exception):
    """The backtest proposes no other points; says why."""


@transaction.atomic
def draft_proposal(
    backtest: Backtest, *, by: AbstractBaseUser | None, at: datetime
) -> RubricVersion:
    """Make a draft of the version as it was backtested, with the points proposed.

    Raises:
        NothingProposed: it proposes none, or has not ended.
    """
    weights = backtest.results.get("weights") or {}
    if not weights.get("changes"):
        raise NothingProposed(weights.get("why") or "The backtest has not come to its end.")
    document = proposed_document(backtest.document, weights)
    note = f"Points from the backtest of {backtest.version}, {backtest.started_at:%-d %B %Y %H:%M}"
    product = backtest.version.rubric.product
    return load_rubric({**document, "note": note}, product=product, by=by, at=at)


def proposed_document(document: Mapping[str, Any], weights: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the proposed points and the total that goes with them."""
    changes = {change["key"]: change["tiers"] for change in weights["changes"]}
    thresholds = {**(document.get("thresholds") or {}), "total": weights["new_total"]}
    criteria = [
        _with_points(entry, changes.get(entry["key"], ())) for entry in document["criteria"]
    ]
    return {**document, "thresholds": thresholds, "criteria": criteria}


def _with_points(entry: Mapping[str, Any], changes: Any) -> dict[str, Any]:
    points = {change["index"]: change["new"] for change in changes}
    if not points:
        return dict(entry)
    if "per_unit" in entry:
        (each,) = points.values()
        return {**entry, "per_unit": {**entry["per_unit"], "points": each}}
    tiers = [
        {**tier, "points": points.get(index, tier["points"])}
        for index, tier in enumerate(entry["tiers"])
    ]
    return {**entry, "tiers": tiers}
