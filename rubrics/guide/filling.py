"""The preset's document with the recommended numbers and the ideal customers filled in."""

from collections.abc import Mapping, Sequence
from typing import Any

from rubrics.guide.advice import Numbers
from rubrics.guide.answers import Answers
from rubrics.guide.measurable import Document, reduced
from rubrics.guide.numbers import LOGIN_PENALTY, has_login_penalty, keeps_login_penalty

FROM_GUIDE = "from the set-up guide"
MOST_SOURCE = 300  # characters of a criterion's source


def fill(document: Document, *, answers: Answers, numbers: Numbers) -> dict[str, Any]:
    """What becomes the draft. Whatever was not answered stays as the preset has it."""
    filled = reduced(document, answers.milestones)
    if numbers.blend is not None:
        behavior, fit = numbers.blend
        filled["combination"] = {"mode": "blend", "behavior": behavior, "fit": fit}
    filled["thresholds"] = {
        "total": numbers.total,
        "fit": numbers.fit,
        "behavior": numbers.behavior,
    }
    filled["decay"] = {
        **filled["decay"],
        "points": numbers.decay_points,
        "period": f"{numbers.decay_days}d",
        "floor": numbers.floor,
    }
    if has_login_penalty(filled) and not keeps_login_penalty(filled, numbers.decay_days):
        filled["criteria"] = [one for one in filled["criteria"] if one["key"] != LOGIN_PENALTY]
    if numbers.cross_product is not None:
        filled["cross_product"] = {
            "points": numbers.cross_product,
            "within": "30d",
            "products": 2,
        }
    filled["criteria"] = [_with_customers(one, answers) for one in filled["criteria"]]
    if answers.competitors and "competitors" in (filled.get("lists") or {}):
        filled["lists"] = {**filled["lists"], "competitors": list(answers.competitors)}
    return filled


def unplaced(document: Document, answers: Answers) -> tuple[str, ...]:
    """What was answered about customers, but has no criterion in this preset."""
    present = {one["key"] for one in document["criteria"]}
    given = {
        "seniority": ("titles", answers.titles),
        "tech_stack": ("tools", answers.tools),
        "geography": ("countries", answers.countries),
        "competitor": ("competitors", answers.competitors),
        "industry": ("industries", answers.industries),
        "company_size": ("company size", answers.size_from or answers.size_to),
    }
    return tuple(name for key, (name, value) in given.items() if value and key not in present)


def _with_customers(criterion: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """A fit criterion with the answers in place of the preset's examples."""
    made = dict(criterion)
    match made["key"]:
        case "company_size":
            tiers = _sizes(made["tiers"], answers)
        case "industry":
            tiers = _words(made["tiers"], "values", answers.industries, answers.near_industries)
        case "geography":
            tiers = _words(made["tiers"], "values", answers.countries, answers.near_countries)
        case "tech_stack":
            tiers = _words(made["tiers"], "any_of", answers.tools, answers.near_tools)
            tiers = _relabeled(tiers, "any_of")
        case "seniority":
            tiers = _words(made["tiers"], "keywords", answers.titles, answers.near_titles)
            tiers = _titles(tiers, answers)
        case _:
            return made
    if tiers != made["tiers"]:
        made["tiers"] = tiers
        made["source"] = f"{made['source'].rstrip()}; {FROM_GUIDE}"[:MOST_SOURCE]
    return made


def _sizes(tiers: Sequence[Mapping[str, Any]], answers: Answers) -> list[dict[str, Any]]:
    ideal = size_range(answers.size_from, answers.size_to)
    made = [dict(tier) for tier in tiers]
    if ideal is None:
        return made
    low, high = ideal
    made[0].update(ranges=[[low, high]], label=f"{_span(low, high)} employees, our ideal size")
    if len(made) > 1:
        near = near_ranges(answers, low, high)
        if near:
            made[1]["ranges"] = near
        else:
            del made[1]
    return made


def size_range(low: int | None, high: int | None) -> tuple[int, int | None] | None:
    """The ideal size; open above where only its lower end is known."""
    if low is None and high is None:
        return None
    return (1 if low is None else low), high


def near_ranges(answers: Answers, low: int, high: int | None) -> list[list[int | None]]:
    """Sizes close to the ideal: as answered, else from half its low to twice its high end, as the
    methodology's own (25-49 and 501-1000 beside 50-500)."""
    least = answers.near_from if answers.near_from is not None else low // 2
    ranges: list[list[int | None]] = []
    if max(least, 1) < low:
        ranges.append([max(least, 1), low - 1])
    if high is not None:
        most = answers.near_to if answers.near_to is not None else high * 2
        if most > high:
            ranges.append([high + 1, most])
    return ranges


def _span(low: int, high: int | None) -> str:
    return f"{low:,} and more" if high is None else f"{low:,} to {high:,}"


def _words(
    tiers: Sequence[Mapping[str, Any]],
    field: str,
    target: Sequence[str] | None,
    near: Sequence[str] | None,
) -> list[dict[str, Any]]:
    """The first tier with the target's words, the second with those of what is close to it.

    An example of the preset's is dropped once real words are given for the other tier.
    """
    made = [dict(tier) for tier in tiers]
    if not target and not near:
        return made
    second = made[1] if len(made) > 1 and field in made[1] else None
    if target:
        made[0][field] = list(target)
    if second is not None and near:
        second[field] = list(near)
    elif second is not None and field != "keywords":
        made.remove(second)
    return made


def _relabeled(tiers: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    for tier in tiers:
        names = [str(name) for name in tier[field]]
        last = names[-1] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
        tier["label"] = f"Uses {last}"[:120]
    return tiers


def _titles(tiers: list[dict[str, Any]], answers: Answers) -> list[dict[str, Any]]:
    if answers.titles:
        tiers[0]["label"] = "Decides on buying"
    if answers.near_titles:
        tiers[1]["label"] = "Has a say in buying"
    return tiers
