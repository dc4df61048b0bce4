"""What a draft needs before it can score, part by part; the one parser decides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from rubrics.documents import parse_document, used_signals
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.rows import part_documents, section_documents
from rubrics.scoring.types import Version

Document = Mapping[str, Any]

SECTION_NAMES = {
    "subject": "segment", "segment": "segment", "thresholds": "thresholds", "limits": "limits",
    "combination": "combination", "decay": "decay", "activity_signals": "decay",
    "ceiling": "ceiling", "cross_product": "cross_product", "matrix": "matrix", "bands": "bands",
}  # fmt: skip
# Stands in for criteria, which may be unfinished, or not there yet.
ANY_CRITERION = {
    "key": "any",
    "axis": "fit",
    "measure": "is_present",
    "attribute": "account.domain",
    "tiers": [{"points": 1}],
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a draft from being published.

    ``part`` is where it is mended: ``criteria.<key>``, ``groups``, or a section's name; ``what``
    names it for people; ``where`` is the parser's own path.
    """

    part: str
    what: str
    problem: str
    where: str = ""


def check_criterion(draft: RubricVersion, entry: Document) -> Version:
    """Check one criterion in the surroundings of its draft; return it compiled, alone.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    return _check_entry(entry, _surroundings(draft))


def check_sections(
    draft: RubricVersion, *, bands: Sequence[Mapping[str, Any]] | None = None
) -> None:
    """Check the sections of the version's own row, which need not be saved yet, and ``bands``.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    try:
        draft.validate_constraints()  # a section is whole, or not there
    except ValidationError as error:
        raise SpecError("document", " ".join(error.messages)) from error
    lists = {row.key: list(row.values) for row in draft.lists.all()}
    document = {
        **section_documents(draft),
        "lists": lists,
        "activity_signals": list(draft.activity_signals),
        "criteria": [ANY_CRITERION],
    }
    if bands:
        document["bands"] = list(bands)
    parse_document(document)


def problems(document: Document, known_signals: frozenset[str]) -> list[Problem]:
    """Everything that keeps a draft from scoring: all parts, not only the first that is wrong.

    Args:
        document: of the draft, finished or not.
        known_signals: keys of the product's signals.
    """
    found = list(_of_criteria(document, known_signals))
    found += _of_groups(document)
    found += _of_sections(document, known_signals)
    return found


def _of_criteria(document: Document, known_signals: frozenset[str]) -> Iterator[Problem]:
    if not document["criteria"]:
        yield Problem("criteria", "Criteria", "There are none yet. Add at least one.")
    around = {name: document.get(name) for name in ("lists", "subject", "groups")}
    for entry in document["criteria"]:
        part, name = f"criteria.{entry['key']}", str(entry.get("name"))
        try:
            missing = used_signals(_check_entry(entry, around)) - known_signals
        except SpecError as error:
            yield Problem(part, name, sentence(error.problem), error.where)
        else:
            if missing:
                yield Problem(part, name, _no_signal(missing), f"{part}.signals")


def _check_entry(entry: Document, around: Document) -> Version:
    """The criterion alone with the lists, and with its group, whose limits are not its matter."""
    group = entry.get("group")
    groups = {group: {"max": 1}} if group in (around.get("groups") or {}) else {}
    return parse_document(
        {
            "lists": around.get("lists") or {},
            "subject": around.get("subject") or "lead",
            "groups": groups,
            "activity_signals": [],
            "criteria": [entry],
        }
    )


def _of_groups(document: Document) -> Iterator[Problem]:
    axes: dict[str, set[str]] = {key: set() for key in document.get("groups") or {}}
    for entry in document["criteria"]:
        if entry.get("group") in axes:
            axes[entry["group"]].add(entry["axis"])
    for key, found in axes.items():
        name = (document["groups"][key] or {}).get("name") or key
        if not found:
            problem = "No criterion counts in it. Choose it at a criterion, or remove it."
            yield Problem("groups", f"Group {name}", problem, f"groups.{key}")
        elif len(found) > 1:
            problem = "Its criteria are of fit and of behavior. Keep those of one of the two."
            yield Problem("groups", f"Group {name}", problem, f"groups.{key}")


def _of_sections(document: Document, known_signals: frozenset[str]) -> Iterator[Problem]:
    whole = {name: part for name, part in document.items() if name not in ("criteria", "groups")}
    try:
        version = parse_document({**whole, "criteria": [ANY_CRITERION]})
    except SpecError as error:
        part = SECTION_NAMES.get(error.where.split(".")[0].split("[")[0], "")
        name = part.replace("_", " ").capitalize()
        yield Problem(part, name, sentence(error.problem), error.where)
        return
    if missing := used_signals(version) - known_signals:
        yield Problem("decay", "Silence", _no_signal(missing), "activity_signals")


def _no_signal(missing: set[str]) -> str:
    return f"The product has no signal {', '.join(sorted(missing))}. Choose another, or add it."


def sentence(problem: str) -> str:
    """The parser's words, which follow a field's name, as a sentence."""
    return problem[:1].upper() + problem[1:].rstrip(".") + "."


def _surroundings(draft: RubricVersion) -> Document:
    return {**part_documents(draft), "subject": draft.subject}
