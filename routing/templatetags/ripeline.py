"""Numbers and moments in the words of the pages."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.utils import timezone

from leads.models import Account, Lead
from leads.values import value_words
from rubrics.scoring import words as scoring_words

register = template.Library()

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any]) -> str:
    """The path of the page somebody sees: of a fragment, that of the page that asked for it."""
    request = context["request"]
    if not hasattr(request, "place"):  # every row of a list asks
        asking = getattr(request, "htmx", None)
        place = (asking and asking.current_url_abs_path) or str(request.get_full_path())
        request.place = place
    return str(request.place)


@register.filter
def signed(points: int | None) -> str:
    """``+15``, ``−10`` with a real minus, ``0``."""
    return scoring_words.signed(points or 0)


@register.filter
def sentence(text: str) -> str:
    """With a large letter at its start and a full stop at its end."""
    return f"{scoring_words.capitalized(text)}."


@register.filter
def span(length: timedelta | None) -> str:
    """A length of time in its largest unit: ``now``, ``12 min``, ``3 h``, ``5 d``."""
    if length is None:
        return ""
    for unit, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if length >= unit:
            return f"{length // unit} {word}"
    return "now"


@register.filter
def ago(moment: datetime | None, at: datetime | None = None) -> str:
    """``3 h ago``, ``just now``; further away than a month: the date."""
    if moment is None:
        return ""
    passed = (at or timezone.now()) - moment
    if passed >= 30 * DAY:
        return f"{timezone.localtime(moment):%-d %b %Y}"
    words = span(passed)
    return "just now" if words == "now" else f"{words} ago"


@register.filter
def falls(moment: datetime, at: datetime) -> str:
    """When it happens, within a week: ``today, 14:00``, ``tomorrow``, ``on Tuesday``."""
    then, now = timezone.localtime(moment), timezone.localtime(at)
    days = (then.date() - now.date()).days
    if days <= 0:
        return f"today, {then:%H:%M}"
    return "tomorrow" if days == 1 else f"on {then:%A}"


@register.filter
def initials(name: object) -> str:
    """Up to two letters for a mark beside a name."""
    words = [word for word in str(name).replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.filter
def readable(value: Any) -> str:
    """An attribute's value in words: lists with commas, yes and no."""
    return value_words(value)


@register.filter
def in_brief(account: Account) -> str:
    """How large a company is and what it does, as far as is known: "450 people · SaaS"."""
    employees, industry = (account.attributes.get(name) for name in ("employees", "industry"))
    told = (
        f"{value_words(employees)} people" if employees else "",
        value_words(industry) if industry else "",
    )
    return " · ".join(filter(None, told))


@register.filter
def words(name: str) -> str:
    """``annual_revenue`` as ``Annual revenue``."""
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


@register.simple_tag
def crm_url(lead: Lead) -> str:
    """Where the CRM shows this lead; empty where ``CRM_LEAD_URL`` does not say, or cannot."""
    pattern: str = settings.CRM_LEAD_URL
    if "{email}" in pattern and not lead.email:
        return ""
    return pattern.replace("{email}", quote(lead.email)).replace("{id}", str(lead.pk))
