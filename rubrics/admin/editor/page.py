"""What the page of a version shows: criteria by section, rules, lists, checks; read once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from leads.models import AttributeChange, AuditEntry
from rubrics.admin.editor.criterion_form import section_of_entry
from rubrics.admin.editor.menu import fits, purpose
from rubrics.admin.editor.params import Surroundings
from rubrics.benchmarks import Hint, Reading, Verdict, hints_for, readings
from rubrics.benchmarks.worth import best, worst
from rubrics.editing.checking import Problem, problems
from rubrics.editing.drafts import ABOUT, ORDER
from rubrics.editing.lists import uses_of
from rubrics.meanings import Reuse, reused_keys
from rubrics.measures import MEASURES
from rubrics.models import RubricVersion
from rubrics.presets import FOLDER
from rubrics.rows import document_of
from rubrics.words import CriterionWords, Passage, Wording, criterion_words, section_passages

Entry = Mapping[str, Any]
MOST_ATTRIBUTES = 200

SECTIONS = {
    "fit": ("Fit", "Who they are: company, title, tools. Never fades."),
    "behavior": ("Behavior", "What they do in the product."),
    "velocity": ("Velocity", "A bonus for doing much in a short time."),
    "silence": ("Silence", "Takes points while nothing is done."),
}
RULES = {
    "thresholds": ("PQL", "What a lead needs to be one."),
    "limits": ("Caps", "An axis never gives more, whatever its criteria add up to."),
    "groups": ("Groups", "Criteria that share a limit."),
    "combination": ("Total", "How fit and behavior make the total."),
    "decay": ("Silence and decay", "How behavior fades while the user is away."),
    "segment": ("Whom it scores", "A product may have a rubric for each segment."),
    "ceiling": ("Ceiling", "Holds behavior down while some conditions hold."),
    "cross_product": ("Several products", "A bonus for those who use several of your products."),
    "matrix": ("Matrix", "Where fit and behavior count as high. A label, it changes no score."),
    "bands": ("Bands", "Names for ranges of the total. Labels, they change no score."),
    "note": ("About this version", "What is different in it, and where its numbers come from."),
}
NONE_YET = {
    "groups": "No groups.",
    "ceiling": "No ceiling.",
    "cross_product": "No bonus.",
    "matrix": "No matrix.",
    "bands": "No bands.",
}


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion as one line of the page."""

    entry: Entry
    words: CriterionWords
    section: str
    problems: tuple[Problem, ...]
    least: int
    most: int

    @property
    def key(self) -> str:
        return str(self.entry["key"])


@dataclass(frozen=True, slots=True)
class PageSection:
    """The criteria of one axis or role, and what one more of them could measure."""

    key: str
    title: str
    says: str
    lines: tuple[CriterionLine, ...]
    measures: tuple[tuple[str, str], ...]
    sums: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A section of the version's own rules, in words."""

    key: str
    title: str
    says: str
    sentences: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list: how many values, and who uses it."""

    key: str
    count: int
    uses: tuple[str, ...]
    is_shipped: bool


class Page:
    """One version as its page shows it. Everything is read at most once."""

    def __init__(self, version: RubricVersion, *, may_edit: bool) -> None:
        self.version = version
        self.may_edit = may_edit and version.is_editable

    @cached_property
    def document(self) -> dict[str, Any]:
        return document_of(self.version)

    @cached_property
    def wording(self) -> Wording:
        return Wording.of(self.document)

    @cached_property
    def problems(self) -> list[Problem]:
        """What a draft still lacks; a version that was published lacked nothing."""
        if not self.version.is_editable:
            return []
        return problems(self.document, frozenset(self.document["signals"]))

    @cached_property
    def readings(self) -> list[Reading]:
        return readings(self.document)

    @property
    def warnings(self) -> int:
        """How many numbers are far from what is usual."""
        return sum(reading.verdict is Verdict.OFF for reading in self.readings)

    def entry(self, key: str) -> Entry | None:
        """The criterion of this key, if there is one."""
        return next((one for one in self.document["criteria"] if one["key"] == key), None)

    def line(self, entry: Entry) -> CriterionLine:
        """One criterion as its line."""
        mine = f"criteria.{entry['key']}"
        return CriterionLine(
            entry,
            criterion_words(entry, self.wording),
            section_of_entry(entry),
            tuple(problem for problem in self.problems if problem.part == mine),
            worst(entry),
            best(entry),
        )

    @cached_property
    def sections(self) -> list[PageSection]:
        lines = [self.line(entry) for entry in self.document["criteria"]]
        return [
            PageSection(
                key,
                title,
                says,
                tuple(mine := [line for line in lines if line.section == key]),
                tuple(self._measures(key)),
                self._sums(key, mine),
            )
            for key, (title, says) in SECTIONS.items()
        ]

    def _sums(self, section: str, lines: list[CriterionLine]) -> str:
        """``8 criteria, up to +50, down to −55; counts up to 50``."""
        if not lines:
            return "none yet"
        count = "1 criterion" if len(lines) == 1 else f"{len(lines)} criteria"
        parts = [count]
        if section in ("fit", "behavior"):
            up, down = sum(line.most for line in lines), sum(line.least for line in lines)
            cap = int(self.document["limits"][section])
            parts.append(f"give up to {up}" + (f", of which {cap} count" if up > cap else ""))
            if down:
                parts.append(f"take up to {-down}")
        return ", ".join(parts)

    def _measures(self, section: str) -> Iterator[tuple[str, str]]:
        """What one more criterion could look at, by what it is good for."""
        for measure in MEASURES.values():
            if self.version.subject in measure.subjects and fits(measure, section):
                yield measure.key, purpose(measure)

    @cached_property
    def rules(self) -> list[Rule]:
        return [self.rule(key) for key in RULES]

    def rule(self, key: str) -> Rule:
        """One section in words."""
        title, says = RULES[key]
        told = self._passages.get(key)
        sentences = told.sentences if told else ()
        if key == "note":
            sentences = tuple(t for t in (self.version.note, self.version.source) if t)
            sentences = sentences or ("No note yet.",)
        elif not sentences:
            sentences = (NONE_YET.get(key, ""),)
        found = tuple(problem for problem in self.problems if problem.part == key)
        return Rule(key, title, says, sentences, found)

    @cached_property
    def _passages(self) -> dict[str, Passage]:
        passages = section_passages(self.document, self.wording)
        return {passage.key: passage for passage in passages}

    @cached_property
    def lists(self) -> list[ListLine]:
        uses = uses_of(self.document)
        return [
            ListLine(key, len(values), tuple(uses.get(key, ())), key in shipped_names())
            for key, values in self.document["lists"].items()
        ]

    def doubt(self, entry: Entry) -> Reuse | None:
        """What the criterion was, if it looks at nothing of what it was published with."""
        return next(iter(reused_keys([entry], self.version.rubric)), None)

    def hints(self, entry: Entry) -> list[Hint]:
        """What the sources give for such a criterion."""
        names = [self.wording.signals.get(str(key), "") for key in entry.get("signals") or ()]
        return hints_for(entry, names)

    @cached_property
    def around(self) -> Surroundings:
        """What the forms offer."""
        groups = self.document.get("groups") or {}
        return Surroundings(
            signals={key: spec["name"] for key, spec in self.document["signals"].items()},
            lists=tuple(self.document["lists"]),
            attributes=tuple(known_attributes(self.document)),
            groups={key: group.get("name") or key for key, group in groups.items()},
            subject=self.version.subject,
        )

    def news(self, request: HttpRequest, revision: int) -> list[str]:
        """What others changed since the page was read; nothing if it stands at this revision."""
        if revision >= self.version.revision:
            return []
        edits = (
            AuditEntry.objects.filter(about=ABOUT, about_id=self.version.pk)
            .exclude(by=request.user.pk)
            .select_related("by")[: self.version.revision - revision]
        )
        told = (f"{edit.by or 'Somebody'} changed {self._name(edit.field)}" for edit in edits)
        return list(dict.fromkeys(told))

    def _name(self, path: str) -> str:
        """What an edit was about, for people."""
        parts = path.split(".")
        if path == ORDER:
            return "the order of the criteria"
        if parts[0] == "criteria" and len(parts) > 1:
            entry = self.entry(parts[1])
            return f"“{entry['name'] if entry else parts[1].replace('_', ' ')}”"
        if parts[0] == "lists" and len(parts) > 1:
            return f"the list “{parts[1]}”"
        return RULES.get(parts[0], (parts[0].replace("_", " "), ""))[0]


def shipped_names() -> list[str]:
    """The lists that come with the application."""
    return sorted(path.stem for path in (FOLDER / "lists").glob("*.yaml"))


def known_attributes(document: Mapping[str, Any]) -> list[str]:
    """Attributes to offer: those the rubric looks at, and those that sources told lately."""
    newest = AttributeChange.objects.order_by("-pk").values("name", "lead_id")[:500]
    told = {
        f"{'account' if row['lead_id'] is None else 'lead'}.{row['name']}"
        for row in newest
        if not row["name"].startswith("$")
    }
    return sorted(told | set(_attributes(document)))[:MOST_ATTRIBUTES]


def _attributes(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key == "attribute":
                yield from [part] if isinstance(part, str) else part or ()
            else:
                yield from _attributes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _attributes(part)
