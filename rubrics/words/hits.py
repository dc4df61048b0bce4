"""Measures of what somebody did, in words: one phrase a measure, from its parameters."""

from collections.abc import Callable, Mapping
from typing import Any

from rubrics.words.amounts import EACH, Amount, length_words, number_words
from rubrics.words.wording import Wording, attribute

Params = Mapping[str, Any]
Phrase = Callable[[Params, Amount, Wording], str]


def window(raw: object) -> str:
    """`` in the first 7 days``; nothing for the lifetime."""
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((kind, length),) = raw.items()
        words = length_words(length)
        return {
            "first": f" in the first {words}",
            "last": f" in the last {words}",
            "trial_last": f" in the last {words} of the trial",
        }.get(kind, "")
    return {"trial": " during the trial", "after_trial": " after the trial"}.get(str(raw), "")


def _signals(params: Params, wording: Wording) -> str:
    return wording.any_signal(params.get("signals"))


def _of_hits(how: Callable[[Amount], str]) -> Phrase:
    """``“Logged in” on 3 or more days in the last 14 days``."""

    def phrase(params: Params, amount: Amount, wording: Wording) -> str:
        return f"{_signals(params, wording)} {how(amount)}{window(params.get('window'))}"

    return phrase


def _largest_value(params: Params, amount: Amount, wording: Wording) -> str:
    none = amount.sign in ("at_most", "less_than")  # also met by whoever never did it
    above = Amount("more_than" if amount.sign == "at_most" else "at_least", amount.raw)
    told = f"with no value of {above.number()}" if none else f"with a value of {amount.number()}"
    return f"{_signals(params, wording)} {told}{window(params.get('window'))}"


def _longest_session(params: Params, amount: Amount, wording: Wording) -> str:
    told = amount.many("minute")
    lasts = f"{told} of a session" if amount.sign == EACH else f"a session of {told}"
    return f"{lasts} with {_signals(params, wording)}{window(params.get('window'))}"


def _weighted_count(params: Params, amount: Amount, wording: Wording) -> str:
    fades = f"each halved after {length_words(params.get('half_life'))}"
    count = amount.times()
    return f"{_signals(params, wording)} {count}{window(params.get('window'))}, {fades}"


def _growth(params: Params, amount: Amount, wording: Wording) -> str:
    change = amount.change(" %" if params.get("as") == "percent" else "")
    return f"{_signals(params, wording)} {change}{_two_periods(params)}"


def _user_growth(params: Params, amount: Amount, wording: Wording) -> str:
    return f"users with {_signals(params, wording)} {amount.change()}{_two_periods(params)}"


def _two_periods(params: Params) -> str:
    period = length_words(params.get("period"))
    return f" in the last {period}, compared with the {period} before"


def _sequence(params: Params, amount: Amount, wording: Wording) -> str:
    steps = ", then ".join(wording.any_signal(step) for step in params.get("steps") or [None])
    within = length_words(params.get("within"))
    return f"{steps} within {within}, {amount.times()}{window(params.get('window'))}"


def _bursts(params: Params, amount: Amount, wording: Wording) -> str:
    size, span = number_words(params.get("size")), length_words(params.get("window"))
    return f"{amount.many('burst')} of {size} or more within {span} of {_signals(params, wording)}"


def _days_since(params: Params, amount: Amount, wording: Wording) -> str:
    return f"{_since_last(params, amount, wording)} (since the sign-up if never)"


def _since_last(params: Params, amount: Amount, wording: Wording) -> str:
    last = f"the last {_signals(params, wording)}"
    return f"{amount.length()} since {last}{window(params.get('window'))}"


def _trial_age(params: Params, amount: Amount, wording: Wording) -> str:
    return f"{amount.length()} since the sign-up"


def _trial_over(params: Params, amount: Amount, wording: Wording) -> str:
    return f"{amount.length()} since the trial ended"


def _active_products(params: Params, amount: Amount, wording: Wording) -> str:
    return f"active in {amount.many('product')}{window(params.get('window'))}"


def _active_users(params: Params, amount: Amount, wording: Wording) -> str:
    return f"{amount.many('user')} with {_signals(params, wording)}{window(params.get('window'))}"


def _share_active(params: Params, amount: Amount, wording: Wording) -> str:
    share = amount.number(" %")
    return f"{share} of the users with {_signals(params, wording)}{window(params.get('window'))}"


def _departments(params: Params, amount: Amount, wording: Wording) -> str:
    department = attribute(params.get("attribute") or "lead.department")
    told = amount.many(f"different {department}")
    return f"{_signals(params, wording)} by users of {told}{window(params.get('window'))}"


def _users_on_domain(params: Params, amount: Amount, wording: Wording) -> str:
    return f"{amount.many('user')} with an e-mail of the company's domain"


PHRASES: Mapping[str, Phrase] = {
    "count": _of_hits(Amount.times),
    "distinct_days": _of_hits(lambda amount: f"on {amount.many('day')}"),
    "distinct_values": _of_hits(lambda amount: f"with {amount.many('different value')}"),
    "distinct_sessions": _of_hits(lambda amount: f"in {amount.many('session')}"),
    "largest_value": _largest_value,
    "most_in_session": _of_hits(
        lambda amount: f"with {amount.many('different value')} in one session"
    ),
    "longest_session": _longest_session,
    "weighted_count": _weighted_count,
    "growth": _growth,
    "sequence": _sequence,
    "days_since": _days_since,
    "since_last": _since_last,
    "bursts": _bursts,
    "trial_age": _trial_age,
    "trial_over": _trial_over,
    "active_products": _active_products,
    "active_users": _active_users,
    "share_active": _share_active,
    "user_growth": _user_growth,
    "departments": _departments,
    "users_on_domain": _users_on_domain,
}
