"""What the dealing, plays and policies know of a lead, read for many leads at once."""

from collections.abc import Collection
from datetime import datetime

from leads.models import Lead, Product, Trial
from routing.dealing.facts import Facts
from rubrics.labels import band_of
from rubrics.mappers import compiled
from rubrics.models import AccountScore, Score

Key = tuple[int, int]
"""A lead's and a product's id."""


def facts_of(keys: Collection[Key], *, at: datetime) -> dict[Key, Facts]:
    """The facts of leads, each for a product, as they are now; five queries for any number.

    A lead that does not exist is left out; one without a score has facts without numbers.
    """
    lead_ids = {lead_id for lead_id, _ in keys}
    product_ids = {product_id for _, product_id in keys}
    if not lead_ids:
        return {}
    leads = Lead.objects.select_related("account").in_bulk(lead_ids)
    products = dict(Product.objects.filter(pk__in=product_ids).values_list("pk", "key"))
    scores = _scores(lead_ids, product_ids)
    account_ids = {lead.account_id for lead in leads.values() if lead.account_id is not None}
    account_scores = _account_scores(account_ids, product_ids)
    trials = _trial_ends(lead_ids, product_ids)
    return {
        key: _facts(
            leads[key[0]],
            products[key[1]],
            scores.get(key),
            account_scores.get((leads[key[0]].account_id or 0, key[1])),
            trials.get(key),
            at,
        )
        for key in keys
        if key[0] in leads and key[1] in products
    }


def _scores(lead_ids: set[int], product_ids: set[int]) -> dict[Key, Score]:
    found = Score.objects.filter(lead__in=lead_ids, product__in=product_ids)
    narrow = found.defer("measures", "points")
    return {(score.lead_id, score.product_id): score for score in narrow}


def _account_scores(account_ids: set[int], product_ids: set[int]) -> dict[Key, AccountScore]:
    found = AccountScore.objects.filter(account__in=account_ids, product__in=product_ids)
    narrow = found.defer("measures", "points")
    return {(score.account_id, score.product_id): score for score in narrow}


def _trial_ends(lead_ids: set[int], product_ids: set[int]) -> dict[Key, datetime | None]:
    found = Trial.objects.filter(lead__in=lead_ids, product__in=product_ids)
    rows = found.values_list("lead_id", "product_id", "ends_at")
    return {(lead_id, product_id): ends_at for lead_id, product_id, ends_at in rows}


def _facts(
    lead: Lead,
    product: str,
    score: Score | None,
    account_score: AccountScore | None,
    trial_ends_at: datetime | None,
    at: datetime,
) -> Facts:
    account = lead.account
    version = compiled(score.version_id).version if score else None
    band = band_of(score) if score else None
    account_band = band_of(account_score) if account_score else None
    return Facts(
        at=at,
        lead_id=lead.pk,
        product=product,
        rubric=version.rubric if version else "",
        segment=version.segment.name if version and version.segment else "",
        band=band.name if band else "",
        tier=score.tier if score else None,
        fit=score.fit if score else None,
        behavior=score.behavior if score else None,
        total=score.total if score else None,
        account_id=lead.account_id,
        account_total=account_score.total if account_score else None,
        account_band=account_band.name if account_band else "",
        trial_ends_at=trial_ends_at,
        lead={**lead.attributes, **_said(email=lead.email, name=lead.name, title=lead.title)},
        account={**account.attributes, **_said(name=account.name, domain=account.domain)}
        if account
        else {},
    )


def _said(**texts: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
