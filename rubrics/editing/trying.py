"""Reads: what one lead, or account, is worth by a draft as it stands, beside what scores now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rubrics.documents import parse_document
from rubrics.editing.checking import sentence
from rubrics.explain import Scored, compare, judged
from rubrics.mappers import Compiled, compile_for, compiled
from rubrics.measures import SpecError
from rubrics.measures.statement import measure
from rubrics.measures.subjects import subjects_of
from rubrics.models import RubricVersion
from rubrics.scoring.types import Axis, Line


@dataclass(frozen=True, slots=True)
class TriedLine:
    """One line by both versions; None where it does not exist."""

    label: str
    axis: Axis
    before: int | None
    after: int | None
    reason: str

    @property
    def is_changed(self) -> bool:
        """Whether it gives another number of points."""
        return (self.before or 0) != (self.after or 0)

    @property
    def counts(self) -> bool:
        """Whether it gives or takes anything by either."""
        return bool(self.before or self.after)


@dataclass(frozen=True, slots=True)
class Tried:
    """A lead by the draft, and by the version that scores now. ``problem`` says why there is no
    result; ``sentences`` what is different, in words."""

    before: Scored | None = None
    after: Scored | None = None
    lines: tuple[TriedLine, ...] = ()
    sentences: tuple[str, ...] = ()
    problem: str = ""
    is_outside: bool = False
    """Whether the draft's segment does not take the lead."""


def try_draft(
    draft: RubricVersion, document: Mapping[str, Any], *, subject_id: int, at: datetime
) -> Tried:
    """Score one lead (or account) by ``document``, and by the rubric's published version.

    Nothing is written. A document that cannot be scored yet is a problem told in words.
    """
    product_id = draft.rubric.product_id
    live = RubricVersion.objects.published().filter(rubric=draft.rubric_id).first()
    before = None
    if live is not None and live.subject == draft.subject:
        before = _score(compiled(live.pk), subject_id, at)
    try:
        spec = compile_for(
            parse_document(document),
            product_id=product_id,
            rubric_id=draft.rubric_id,
            label=before.version.label if before else str(draft),  # that it is another is known
        )
    except SpecError as error:
        return Tried(before=before, problem=f"{_named(error.where)}: {sentence(error.problem)}")
    after = _score(spec, subject_id, at)
    if after is None:
        return Tried(before=before, problem="Does not try this product, so nothing scores it.")
    segment = spec.version.segment
    return Tried(
        before=before,
        after=after,
        lines=tuple(_lines(before.lines if before else (), after.lines)),
        sentences=compare(before, after).sentences if before else (),
        is_outside=segment is not None and not segment.met(after.measured.values),
    )


def _score(version: Compiled, subject_id: int, at: datetime) -> Scored | None:
    for _, measured in measure(
        version.version,
        subjects_of(version.version.subject, [subject_id], at),
        product_id=version.product_id,
        names=version.names,
        looks_ahead=False,
    ):
        return judged(version, measured, at)
    return None


def _lines(before: Iterable[Line], after: Iterable[Line]) -> Iterable[TriedLine]:
    then, now = ({(line.axis, line.key): line for line in lines} for lines in (before, after))
    for key in [*now, *(key for key in then if key not in now)]:
        old, new = then.get(key), now.get(key)
        shown = new or old
        assert shown is not None  # the key comes from one of the two
        yield TriedLine(
            shown.label,
            shown.axis,
            old.points if old else None,
            new.points if new else None,
            shown.reason if shown.reason != shown.label else "",
        )


def _named(where: str) -> str:
    """Where it is wrong, short: the criterion or section."""
    parts = where.split(".")
    return parts[1] if parts[0] == "criteria" and len(parts) > 1 else parts[0]
