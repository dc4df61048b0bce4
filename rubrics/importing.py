"""A file becomes a draft: what it would make, and making it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads import audit
from leads.models import Product, Signal, Source
from rubrics.comparing import Comparison, compare_documents
from rubrics.files import RubricFile, RubricFileError, version_document
from rubrics.files.naming import current_version
from rubrics.files.version import signal_document
from rubrics.meanings import Reuse, reused_keys
from rubrics.measures import SpecError
from rubrics.models import Rubric, RubricVersion
from rubrics.services import load_rubric, rubric_key
from rubrics.words import event_words


@dataclass(frozen=True)
class NewSignal:
    """A signal the product does not have yet, and the events it would be made of, in words."""

    name: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class ImportPlan:
    """What a file would make; nothing is written.

    ``against`` is the version it is compared with: the rubric's published one, else its newest.
    ``kept_signals`` have other events in the product than in the file, and keep theirs. ``doubts``
    are keys that may mean something else than they did.
    """

    rubric: Rubric | None
    key: str
    number: int
    against: RubricVersion | None
    comparison: Comparison | None
    new_signals: tuple[NewSignal, ...]
    kept_signals: tuple[str, ...]
    doubts: tuple[Reuse, ...] = ()


def plan_import(file: RubricFile, *, product: Product, into: Rubric | None = None) -> ImportPlan:
    """What importing the file for a product would make.

    Raises:
        SpecError: the rubric is another product's, a source is missing, or the key of a criterion
            meant something of another kind.
    """
    rubric, key = _target(file, product, into)
    _check_sources(file)
    doubts = check_keys(file, rubric) if rubric else ()
    against = current_version(rubric) if rubric else None
    comparison = compare_with(against, file) if against else None
    held = {signal.key: signal for signal in Signal.objects.filter(product=product)}
    declared = file.whole["signals"]
    return ImportPlan(
        rubric=rubric,
        key=key,
        number=_next_number(rubric),
        against=against,
        comparison=comparison,
        new_signals=tuple(
            NewSignal(
                str(spec.get("name") or key.replace("_", " ").capitalize()),
                tuple(event_words(event) for event in spec.get("events") or ()),
            )
            for key, spec in declared.items()
            if key not in held
        ),
        kept_signals=tuple(_kept(file, product)),
        doubts=doubts,
    )


def check_keys(file: RubricFile, rubric: Rubric) -> tuple[Reuse, ...]:
    """The keys of the file's criteria that may mean something else than they did in the rubric.

    Raises:
        RubricFileError: one certainly does.
    """
    found = reused_keys(file.whole["criteria"], rubric)
    for reuse in found:
        if reuse.is_certain:
            where, line = f"criteria.{reuse.key}.key", file.lines.get(reuse.key)
            raise RubricFileError(where, reuse.problem, line)
    return tuple(found)


def compare_with(version: RubricVersion, file: RubricFile) -> Comparison | None:
    """What is different in the file; None if the version is a draft that is no whole rubric yet.

    The rubric keeps its own name and description: those of the file do not count.
    """
    try:
        then = version_document(version)
    except SpecError:
        return None
    own = {name: then[name] for name in ("name", "description")}
    return compare_documents(then, {**file.whole, **own})


@transaction.atomic
def import_rubric(
    file: RubricFile,
    *,
    product: Product,
    by: AbstractBaseUser | None,
    at: datetime,
    into: Rubric | None = None,
) -> RubricVersion:
    """Make a draft from a file, and record it: what it was compared with, and what differs.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    plan = plan_import(file, product=product, into=into)
    document = {**file.document, "rubric": plan.key}
    version = load_rubric(document, product=product, by=by, at=at)
    before = str(plan.against) if plan.against else None
    told = [change.text for change in plan.comparison.changes] if plan.comparison else None
    audit.record("imported", about=version, by=by, at=at, changes=[("", before, told)])
    return version


def _target(file: RubricFile, product: Product, into: Rubric | None) -> tuple[Rubric | None, str]:
    """The rubric that gets the draft, None if it is made new; and its key."""
    if into is not None:
        if into.product_id != product.pk:
            raise SpecError("rubric", f"{into} is a rubric of another product")
        return into, into.key
    key = rubric_key(file.whole, product)
    return Rubric.objects.filter(key=key, product=product).first(), key


def _check_sources(file: RubricFile) -> None:
    names = set(Source.objects.values_list("name", flat=True))
    for key, spec in file.whole["signals"].items():
        for number, event in enumerate(spec.get("events") or (), 1):
            source = event.get("source")
            if source and source not in names:
                raise SpecError(
                    f"signals.{key}.events[{number}].source",
                    f"there is no source {source!r} here; leave it out for any source",
                )


def _next_number(rubric: Rubric | None) -> int:
    newest = rubric.versions.order_by("-number").first() if rubric else None
    return newest.number + 1 if newest else 1


def _kept(file: RubricFile, product: Product) -> list[str]:
    """The names of signals whose events the file says otherwise."""
    held = Signal.objects.filter(product=product, key__in=file.whole["signals"])
    names = []
    for signal in held.prefetch_related("mappings__source"):
        told = file.whole["signals"][signal.key].get("events")
        mine = signal_document(signal, signal.mappings.all()).get("events") or []
        if told and [event_words(one) for one in told] != [event_words(one) for one in mine]:
            names.append(signal.name)
    return names
