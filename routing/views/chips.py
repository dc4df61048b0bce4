"""What narrows the queue, each told in words with an address that takes it away."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from routing.models.qualification import State
from routing.queue import TASK_LABELS, Wanted, WithTask
from routing.reports import Choices


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in words; ``query`` is the address without it."""

    words: str
    query: str


def chips_of(request: HttpRequest, wanted: Wanted, choices: Choices) -> list[Chip]:
    """One for each filter that is set."""
    return [
        Chip(_words(name, value, choices), _without(request, name))
        for name, value in wanted.filters().items()
        if value not in (None, "")
    ]


def _words(name: str, value: object, choices: Choices) -> str:
    named: dict[str, Iterable[tuple[int, str]]] = {
        "product": choices.products,
        "rubric": choices.rubrics,
        "team": choices.teams,
        "rep": ((pk, rep) for pk, rep, _ in choices.reps),
    }
    if name in named:
        return next((words for pk, words in named[name] if pk == value), f"{name.title()} {value}")
    words = {
        "q": f"“{value}”",
        "band": f"Band: {value}",
        "tier": f"Tier {value}",
        "country": f"Country: {value}",
        "industry": f"Industry: {value}",
        "min_fit": f"Fit from {value}",
        "min_total": f"Total from {value}",
        "tag": f"Tag: {value}",
        "task": TASK_LABELS[WithTask(str(value))] if name == "task" else "",
        "born": "New by a version that went live",
        "lost": "No PQL since a version went live",
    }
    return words[name] if name in words else State(str(value)).label


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    for gone in (name, "page", "seen", "scores"):
        query.pop(gone, None)
    return query.urlencode()
