"""Measures of who somebody is, in words: what holds, or what does not."""

from collections.abc import Callable, Mapping
from typing import Any

from rubrics.words.amounts import Amount, length_words, number_words
from rubrics.words.hits import Phrase
from rubrics.words.wording import MISSING, Wording, as_list, attribute

Params = Mapping[str, Any]
Answer = Callable[[Params, bool, Wording], str]


def _number_in_range(params: Params, holds: bool, wording: Wording) -> str:
    told = ", or ".join(_span(pair) for pair in as_list(params.get("ranges"))) or MISSING
    return f"{attribute(params.get('attribute'))} {'' if holds else 'not '}{told}"


def _span(pair: Any) -> str:
    if isinstance(pair, str) or len(as_list(pair)) != 2:
        return str(pair)
    low, high = pair
    if low is None or high is None:
        return f"up to {number_words(high)}" if low is None else f"{number_words(low)} or more"
    if low == high:
        return number_words(low)
    return f"{number_words(low)} to {number_words(high)}"


def _value_in_list(params: Params, holds: bool, wording: Wording) -> str:
    return f"{attribute(params.get('attribute'))} {_is_one(params, 'values', holds, wording)}"


def _text_matches(params: Params, holds: bool, wording: Wording) -> str:
    name = attribute(params.get("attribute"))
    if params.get("present"):
        return f"{name} {'known' if holds else 'empty'}"
    if "list" in params:
        told = wording.named_list(params["list"])
        return f"{name} has {'words' if holds else 'no words'} of {told}"
    told = wording.any_of(params.get("keywords"))
    return f"{name} {'has' if holds else 'has none of'} {told}"


def _overlaps(params: Params, holds: bool, wording: Wording) -> str:
    name = attribute(params.get("attribute"))
    include = "include" if holds else "do not include"
    if "list" in params:
        told = wording.named_list(params["list"])
        return f"{name} include {'some' if holds else 'none'} of {told}"
    if params.get("all_of"):
        return f"{name} {include} all of {', '.join(map(str, as_list(params['all_of'])))}"
    return f"{name} {include} {wording.any_of(params.get('any_of'))}"


def _email_domain_in(params: Params, holds: bool, wording: Wording) -> str:
    return f"e-mail domain {_is_one(params, 'domains', holds, wording)}"


def _is_present(params: Params, holds: bool, wording: Wording) -> str:
    known = holds != bool(params.get("missing"))
    return f"{attribute(params.get('attribute'))} {'known' if known else 'not known'}"


def _date_within(params: Params, holds: bool, wording: Wording) -> str:
    name = attribute(params.get("attribute")).removesuffix(" at")
    within = f"the last {length_words(params.get('within'))}"
    return f"{name} {'' if holds else 'not '}within {within}"


def _is_one(params: Params, name: str, holds: bool, wording: Wording) -> str:
    """``is SaaS or Software``, ``is not in the list “personal”``."""
    verb = "is" if holds else "is not"
    if "list" in params:
        return f"{verb} in {wording.named_list(params['list'])}"
    return f"{verb} {wording.any_of(params.get(name))}"


def _attribute_growth(params: Params, amount: Amount, wording: Wording) -> str:
    period = length_words(params.get("period"))
    return f"{attribute(params.get('attribute'))} {amount.change(' %')} in the last {period}"


ANSWERS: Mapping[str, Answer] = {
    "number_in_range": _number_in_range,
    "value_in_list": _value_in_list,
    "text_matches": _text_matches,
    "overlaps": _overlaps,
    "email_domain_in": _email_domain_in,
    "is_present": _is_present,
    "date_within": _date_within,
}
"""Those that say yes or no."""

PHRASES: Mapping[str, Phrase] = {"attribute_growth": _attribute_growth}
