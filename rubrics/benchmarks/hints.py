"""What the sources give for this kind of signal: help beside a criterion's points."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FIT, BEHAVIOR = "Methodology section 4, fit rubric", "Methodology section 4, behavioral rubric"
GUIDE = "Product-led scoring guide for HubSpot"


@dataclass(frozen=True, slots=True)
class Hint:
    """What one source gives for one kind of signal or attribute."""

    says: str
    source: str
    words: str
    """A pattern of whole or partial words by which such a criterion is known."""


HINTS = (
    Hint(
        "50 to 500 employees (your ideal size): +15. The sizes beside it: +8.",
        FIT,
        "employees|company.size|headcount",
    ),
    Hint("Your target industry: +10. A neighboring one: +5.", FIT, "industr|vertical"),
    Hint("VP, director or C-level: +10. Manager: +6. Others: +2.", FIT, "title|seniority|role"),
    Hint("Tools that go with your product: +8. A partial match: +4.", FIT, "technolog|tools|stack"),
    Hint("Target region: +7. Second region: +4.", FIT, "country|region|geograph"),
    Hint("Works for a competitor: -30.", FIT, "competitor"),
    Hint("Signed up with a personal e-mail: -15.", FIT, "personal"),
    Hint("Student or academic: -10.", FIT, "student|academic"),
    Hint("Completed: +15. More than halfway: +8.", BEHAVIOR, "onboarding|tutorial|set.?up"),
    Hint(
        "Used 3 times or more in the first 14 days: +20, the single most predictive signal.",
        BEHAVIOR,
        "core.feature|activat|aha",
    ),
    Hint("Any integration connected: +15.", BEHAVIOR, "integration"),
    Hint("Invited a teammate: +10, 2 or more: +15.", BEHAVIOR, "invit|teammate"),
    Hint("+10 for each invitation, 30 at most.", GUIDE, "invit|teammate"),
    Hint("Pricing seen while signed in: +10, anonymously: +3.", BEHAVIOR, "pricing|billing"),
    Hint("Checkout or upgrade begun, not finished: +15.", BEHAVIOR, "checkout|upgrade"),
    Hint("A premium feature used during the trial: +8.", BEHAVIOR, "premium|enterprise.feature"),
    Hint("Premium feature tried on the free plan: +20.", GUIDE, "premium|enterprise.feature"),
    Hint("Export or report: +5.", BEHAVIOR, "export|report"),
    Hint(
        "In the first 7 days 5 or more: +10, 3 or 4: +5, 1 or 2: +2.",
        BEHAVIOR,
        "log.?in|sign.?in|logged",
    ),
    Hint("3 or more features in one session: +5.", BEHAVIOR, "session|depth"),
    Hint(
        "No login for 14 days: -10 for each full 14 days.",
        BEHAVIOR,
        "inactiv|without.login|days_since|silence",
    ),
    Hint("Unsubscribed from product e-mails: -5.", BEHAVIOR, "unsubscrib"),
    Hint("Downgraded from premium features: -8.", BEHAVIOR, "downgrad"),
    Hint(
        "5 or more key actions in 48 hours: +25, once in 48 hours. As a share 25 to 50 % is usual.",
        BEHAVIOR,
        "burst|velocity",
    ),
    Hint("Reached a limit of the plan: +30.", GUIDE, "limit|quota"),
    Hint("3 or more projects: +15. Each workspace: +5, 25 at most.", GUIDE, "project|workspace"),
    Hint(
        "First production call: +25. 100 or more calls: +20, 1,000 or more: +30.", GUIDE, "api|call"
    ),
    Hint("Shared outside the company: +25.", GUIDE, "shar(e|ed|ing)"),
    Hint("Half of the invited people active in 30 days: +25.", GUIDE, "share_active|active_users"),
    Hint("Used in 3 or more departments: +20.", GUIDE, "department"),
    Hint(
        "Active in 2 or more products: +10 to +15.",
        "Methodology section 6, several products",
        "active_products",
    ),
)
MOST = 3


def hints_for(entry: Mapping[str, Any], signal_names: Iterable[str] = ()) -> list[Hint]:
    """What the sources give for criteria like this one: at most three.

    Told by its name, key, measure, attribute, list and signals.
    """
    told = [str(entry.get(name) or "") for name in ("key", "name", "measure", "attribute", "list")]
    told += [str(signal) for signal in entry.get("signals") or ()]
    told += [str(tier.get("list") or "") for tier in entry.get("tiers") or ()]
    text = " ".join([*told, *signal_names]).lower()
    return [hint for hint in HINTS if re.search(rf"(?<![a-z])(?:{hint.words})", text)][:MOST]
