"""The simulator: who would get this lead now, and why, rule by rule. Nothing is written."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from leads.admin.base import AppAdmin, change_url
from leads.models import Lead, Product
from routing.dealing.conditions import say
from routing.dealing.facts import Facts
from routing.dealing.fields import FIELDS
from routing.models import Rep, RuleSet
from routing.simulating import rules_of, try_lead
from rubrics.models import Score

MOST_FOUND = 20


def simulator_page(
    model_admin: AppAdmin, request: HttpRequest, rule_set: RuleSet
) -> HttpResponse:  # fmt: skip
    """Search a lead, choose one, and read what each rule says of it."""
    words = request.GET.get("q", "").strip().replace("\x00", "")[:100]
    lead = _lead(request.GET.get("lead", ""))
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": f"Who gets a lead by {rule_set}?",
        "opts": model_admin.opts,
        "original": rule_set,
        "back": change_url(rule_set),
        "words": words,
        "lead": lead,
        "found": _found(words) if words and lead is None else None,
    }
    if lead is not None:
        context |= _tried(lead, request.GET.get("product", ""), rule_set)
    return TemplateResponse(request, "admin/routing/simulate.html", context)


def _lead(raw: str) -> Lead | None:
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        return None
    return Lead.objects.living().select_related("account").filter(pk=int(raw)).first()


def _found(words: str) -> list[Lead]:
    return list(Lead.objects.living().search(words).select_related("account")[:MOST_FOUND])


def _tried(lead: Lead, wanted: str, rule_set: RuleSet) -> dict[str, Any]:
    """For the product asked for; by default the one whose score counts."""
    scored = Score.objects.filter(lead=lead).headline_first().select_related("product")
    products = [score.product for score in scored] or list(Product.objects.all())
    if not products:
        return {"products": []}
    product = next((one for one in products if one.key == wanted), products[0])
    tried = try_lead(lead, product, rules_of(rule_set), at=timezone.now())
    reps = Rep.objects.select_related("user", "team")
    return {
        "products": products,
        "product": product,
        "tried": tried,
        "steps": [step.document for step in tried.decision.steps],
        "rep": reps.filter(pk=tried.decision.rep_id or 0).first(),
        "facts": known_of(tried.facts),
    }


def known_of(facts: Facts) -> list[tuple[str, str]]:
    """What rules can ask about the lead, by label, as people read it."""
    values = [(field.label, facts.value(name)) for name, field in FIELDS.items()]
    return [(label, "unknown" if value is None else say(value)) for label, value in values]
