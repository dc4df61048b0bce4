"""Rows -> documents -> scoring types; the only bridge. Queries first, then none."""

from dataclasses import dataclass

from leads.models import Signal
from rubrics.documents import parse_document, used_signals
from rubrics.measures import MEASURES, Names, SpecError
from rubrics.models import RubricVersion
from rubrics.rows import document_of
from rubrics.scoring.judge import Judge, compile_judge
from rubrics.scoring.steps import Need
from rubrics.scoring.types import Version


@dataclass(frozen=True, slots=True)
class Compiled:
    """A version ready to score: what it means, and the ids and words of its product's signals."""

    version_id: int
    rubric_id: int
    product_id: int
    version: Version
    judge: Judge
    names: Names
    label: str = ""

    def describe(self, column: int, value: float | None) -> str:
        """What a column measured, in words."""
        spec = self.version.columns[column]
        return MEASURES[spec.measure].describe(spec.params, value, self.names)

    def need(self, column: int, value: float, target: float) -> Need:
        """What takes a column from a value to a target."""
        spec = self.version.columns[column]
        return MEASURES[spec.measure].need(spec.params, value, target, self.names)


def compiled(version_id: int) -> Compiled:
    """The version compiled; published and retired ones, which never change, from a cache.

    Raises:
        RubricVersion.DoesNotExist: no such version.
        SpecError: a draft that cannot be scored yet.
    """
    if version_id in _CACHE:
        return _CACHE[version_id]
    row = RubricVersion.objects.select_related("rubric").get(pk=version_id)
    result = compile_for(
        parse_document(document_of(row)),
        product_id=row.rubric.product_id,
        version_id=version_id,
        rubric_id=row.rubric_id,
        label=str(row),
    )
    if not row.is_editable:
        _CACHE[version_id] = result
    return result


_CACHE: dict[int, Compiled] = {}


def forget_compiled() -> None:
    """Drop the cache: signals were renamed, or a test's database went away."""
    _CACHE.clear()


def compile_for(
    version: Version, *, product_id: int, version_id: int = 0, rubric_id: int = 0, label: str = ""
) -> Compiled:
    """Compile a parsed document for a product; ``label`` names the version for people.

    Raises:
        SpecError: it names a signal that the product does not have.
    """
    signals = Signal.objects.filter(product_id=product_id).values_list("key", "pk", "name")
    names = Names({key: pk for key, pk, _ in signals}, {key: name for key, _, name in signals})
    missing = used_signals(version) - names.signal_ids.keys()
    if missing:
        raise SpecError(
            "signals", f"the product has no signal {', '.join(sorted(missing))}; add it first"
        )
    judge = compile_judge(version)
    return Compiled(version_id, rubric_id, product_id, version, judge, names, label)
