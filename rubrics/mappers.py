"""Rows -> documents -> scoring types; the only bridge. Queries first, then none."""

from dataclasses import dataclass
from time import monotonic

from leads.models import Signal
from rubrics.documents import parse_document, used_signals
from rubrics.measures import MEASURES, Names, SpecError
from rubrics.models import RubricVersion
from rubrics.models.rubric import VersionStatus
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


def compiled(version_id: int, *, publication_id: int | None = None) -> Compiled:
    """The version compiled; published and retired ones, which never change, from a cache.

    Args:
        publication_id: the one by which it is going live. It does not change before that ends, but
            may go back to being a draft then.

    Raises:
        RubricVersion.DoesNotExist: no such version.
        SpecError: a draft that cannot be scored yet.
    """
    key = version_id, publication_id
    if key in _CACHE:
        _forget_renamed(_CACHE[key].product_id)
    if key in _CACHE:
        return _CACHE[key]
    row = RubricVersion.objects.select_related("rubric").get(pk=version_id)
    result = compile_for(
        parse_document(document_of(row)),
        product_id=row.rubric.product_id,
        version_id=version_id,
        rubric_id=row.rubric_id,
        label=str(row),
    )
    is_for_good = row.status in (VersionStatus.PUBLISHED, VersionStatus.RETIRED)
    if is_for_good or publication_id is not None:
        _CACHE[key] = result
    return result


_CACHE: dict[tuple[int, int | None], Compiled] = {}
_LOOKED_AT: dict[int, float] = {}
"""By product: when its signals were last compared with the cache, by this process's clock."""
LOOKS_AGAIN_AFTER = 5.0
"""Seconds: so long may a page say a signal's former name. A version's meaning never changes."""


def forget_compiled() -> None:
    """Drop the cache: a test's database went away."""
    _CACHE.clear()
    _LOOKED_AT.clear()


def _forget_renamed(product_id: int) -> None:
    """Every few seconds, drop versions whose product's signals were renamed, added or deleted."""
    now = monotonic()
    if now - _LOOKED_AT.setdefault(product_id, now) < LOOKS_AGAIN_AFTER:
        return
    _LOOKED_AT[product_id] = now
    names = _names_of(product_id)
    for key, version in list(_CACHE.items()):
        if version.product_id == product_id and version.names != names:
            _CACHE.pop(key, None)


def _names_of(product_id: int) -> Names:
    signals = Signal.objects.filter(product_id=product_id).values_list("key", "pk", "name")
    return Names({key: pk for key, pk, _ in signals}, {key: name for key, _, name in signals})


def compile_for(
    version: Version, *, product_id: int, version_id: int = 0, rubric_id: int = 0, label: str = ""
) -> Compiled:
    """Compile a parsed document for a product; ``label`` names the version for people.

    Raises:
        SpecError: it names a signal that the product does not have.
    """
    names = _names_of(product_id)
    missing = used_signals(version) - names.signal_ids.keys()
    if missing:
        raise SpecError(
            "signals", f"the product has no signal {', '.join(sorted(missing))}; add it first"
        )
    judge = compile_judge(version)
    return Compiled(version_id, rubric_id, product_id, version, judge, names, label)
