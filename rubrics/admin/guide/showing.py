"""What the guide's templates show: questions with what is seen, the report by section."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.urls import reverse

from rubrics.admin.guide.forms import GuideForm
from rubrics.guide.answers import Answers
from rubrics.guide.asking import Kind, Question
from rubrics.guide.filling import unplaced
from rubrics.guide.knowing import Sight
from rubrics.guide.questions import PAGES
from rubrics.models import SetupGuide
from rubrics.presets import load_preset

# The report's sections: which items each has, in this order.
SECTIONS = (
    ("What to build", ("approach", "weights", "thresholds", "share", "criteria")),
    ("How scores fade and rise", ("decay", "velocity", "products", "accounts")),
    ("What to score and watch", ("tracking", "effort", "fit_data", "trial", "cycle")),
    (
        "How to work with it",
        ("review", "validation", "pilot", "recalibration", "people", "crm", "today"),
    ),
)
LINKS = {
    "sources": "admin:leads_source_changelist",
    "events": "admin:rubrics_dataaudit_changelist",
    "signals": "admin:leads_signal_changelist",
    "preview": "admin:rubrics_preview_changelist",
    "backtest": "admin:rubrics_backtest_changelist",
    "golden": "admin:rubrics_goldenlead_changelist",
    "versions": "admin:rubrics_rubricversion_changelist",
}

# Pages of the draft, once there is one.
OF_THE_DRAFT = {
    "draft": "admin:rubrics_rubricversion_change",
    "preview": "admin:rubrics_rubricversion_preview",
    "backtest": "admin:rubrics_backtest_ask",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page shows it."""

    question: Question
    field: BoundField
    seen: str
    is_prefilled: bool

    @property
    def is_group(self) -> bool:
        """Several controls under one legend."""
        return self.question.kind in (Kind.CHOICE, Kind.YES_NO, Kind.MANY)

    @property
    def is_grid(self) -> bool:
        return self.question.kind is Kind.MANY

    @property
    def told_by(self) -> str:
        """Ids of what describes the control."""
        return f"why_{self.question.key}"


def asked(
    form: GuideForm, sights: Mapping[str, Sight], answers: Mapping[str, Any]
) -> Iterator[Asked]:
    """The page's questions, each with what the workspace says about it."""
    for question in form.page.questions:
        sight = sights.get(question.key)
        is_prefilled = bool(sight and sight.value is not None and question.key not in answers)
        yield Asked(question, form[question.key], sight.text if sight else "", is_prefilled)


def steps(guide: SetupGuide, number: int) -> list[dict[str, Any]]:
    """The pages, and where one is."""
    return [
        {
            "number": place,
            "title": page.title,
            "is_current": place == number,
            "is_done": any(one.key in guide.answers for one in page.questions),
        }
        for place, page in enumerate(PAGES, 1)
    ]


def report(guide: SetupGuide) -> dict[str, Any]:
    """The stored recommendation, by section."""
    assert guide.result is not None
    items = {item["key"]: item for item in guide.result["items"]}
    answers = Answers.read(guide.answers)
    return {
        "sections": [
            (title, [items[key] for key in keys if key in items]) for title, keys in SECTIONS
        ],
        "headline": items["preset"],
        "preset_name": load_preset(guide.result["preset"])["name"],
        "preset_description": load_preset(guide.result["preset"])["description"],
        "conflicts": guide.result["conflicts"],
        "missing": guide.result["missing"],
        "assumptions": guide.result["assumptions"],
        "next_steps": [
            {"text": s["text"], "url": _link(s["link"], guide)} for s in guide.result["steps"]
        ],
        "unplaced": unplaced(load_preset(guide.result["preset"]), answers),
        "deviations": [item for item in guide.result["items"] if item["deviation"]],
    }


def _link(name: str, guide: SetupGuide) -> str:
    if name == "objectives":
        return reverse("admin:rubrics_setupguide_objectives", args=[guide.pk])
    if guide.draft_id is not None and name in OF_THE_DRAFT:
        return reverse(OF_THE_DRAFT[name], args=[guide.draft_id])
    return reverse(LINKS[name]) if name in LINKS else ""


def agreement(guide: SetupGuide) -> dict[str, Any]:
    """What stands on the page to be signed."""
    assert guide.result is not None
    items = {item["key"]: item for item in guide.result["items"]}
    kept = ("preset", "approach", "weights", "thresholds", "share", "decay", "review", "pilot")
    return {"agreed": [items[key] for key in (*kept, "recalibration")]}
