"""What a message's fields are for a lead, and which template is offered for a PQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from leads.models import Hit, Lead, Product, Trial
from routing.messages.text import fill
from routing.models import Draft, MessageTemplate, Qualification, Rep

LATELY = timedelta(days=14)
"""How long before their last one a lead's hits count as lately."""
MOST_HITS = 200

SUBJECT = "{product} at {company}"
TEXT = """\
Hi {first_name},

I saw that you {last_action} in {product}. I help teams like {company} get more out of it, and can \
show you what others do next.

Would 15 minutes this week suit you?

{rep_first_name}
"""
"""Offered where no template fits."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A message as it can be sent: plain text."""

    subject: str
    text: str


def suggested_message(qualification: Qualification) -> str:
    """The first message a rep is offered for a PQL; never empty."""
    return fill_suggested(qualification).text


def fill_suggested(qualification: Qualification) -> Filled:
    """The same with its subject: what a play wrote for it, else by the template that fits best."""
    draft = Draft.objects.open().filter(qualification=qualification).first()
    if draft is not None:
        return Filled(draft.subject, draft.text)
    hits = _latest_hits(qualification.lead_id, qualification.product_id)
    signals = {hit.signal_id for hit in hits if hits[0].occurred_at - hit.occurred_at <= LATELY}
    template = MessageTemplate.objects.fitting(qualification.product_id, signals).first()
    values = _values(
        qualification.lead,
        qualification.product,
        rep=qualification.rep,
        breakdown=qualification.breakdown,
        hits=hits,
    )
    subject, text = (template.subject, template.text) if template else (SUBJECT, TEXT)
    return Filled(fill(subject, values), fill(text, values))


def fill_template(
    subject: str,
    text: str,
    *,
    lead: Lead,
    product: Product | None,
    rep: Rep | None,
    breakdown: Iterable[Mapping[str, Any]] = (),
) -> Filled:
    """A message about a lead from a text of one's own.

    Args:
        breakdown: the lines of the lead's score, as a qualification keeps them.
    """
    hits = _latest_hits(lead.pk, product.pk if product else None)
    values = _values(lead, product, rep=rep, breakdown=breakdown, hits=hits)
    return Filled(fill(subject, values), fill(text, values))


def _latest_hits(lead_id: int, product_id: int | None) -> list[Hit]:
    hits = Hit.objects.of_lead(lead_id).filter(signal__is_activity=True).select_related("signal")
    if product_id is not None:
        hits = hits.filter(signal__product=product_id)
    return list(hits[:MOST_HITS])


def _values(
    lead: Lead,
    product: Product | None,
    *,
    rep: Rep | None,
    breakdown: Iterable[Mapping[str, Any]],
    hits: Sequence[Hit],
) -> dict[str, str]:
    """What is known; what is not is an empty text."""
    return {
        "first_name": lead.name.split()[0] if lead.name.strip() else "",
        "name": lead.name,
        "title": lead.title,
        "company": lead.account.name if lead.account else "",
        "product": product.name if product else "",
        "top_reason": _top_reason(breakdown),
        "last_action": _lowered(hits[0].signal.name) if hits else "",
        "trial_end": _trial_end(lead, product),
        "rep_first_name": rep.user.first_name if rep else "",
        "rep_name": rep.user.get_full_name() if rep else "",
    }


def _top_reason(breakdown: Iterable[Mapping[str, Any]]) -> str:
    counting = [line for line in breakdown if line["axis"] == "behavior" and line["points"] > 0]
    best = max(counting, key=lambda line: int(line["points"]), default=None)
    return _lowered(str(best["label"])) if best else ""


def _trial_end(lead: Lead, product: Product | None) -> str:
    trial = Trial.objects.filter(lead=lead, product=product, ends_at__isnull=False).first()
    if trial is None or trial.ends_at is None:
        return ""
    return f"{timezone.localtime(trial.ends_at):%-d %B}"


def _lowered(words: str) -> str:
    """As in the middle of a sentence; names that are all capitals (API, SSO) stay."""
    first, _, _ = words.partition(" ")
    return words if first[1:] != first[1:].lower() else words[:1].lower() + words[1:]
