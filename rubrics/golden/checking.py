"""The golden leads of a rubric, judged by one of its versions: all of them in one statement.

They become rows in a transaction that is rolled back, beside the real leads but of no consequence
to them, and are measured each as of its own moment.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Account, Lead, Product
from rubrics.golden.expected import differences
from rubrics.golden.facts import Case, CaseRows, leaving_no_trace
from rubrics.golden.shape import check_facts
from rubrics.mappers import Compiled
from rubrics.measures import SpecError
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountMoments, Moments
from rubrics.models import GoldenLead
from rubrics.scoring.types import Judgement, Measured, Subject

FACTS = "facts"


@dataclass(frozen=True, slots=True)
class GoldenResult:
    """A golden lead as a version judges it; ``problems`` say what came out otherwise than agreed.

    Without ``measured`` and ``judgement`` its facts are none that a lead could have, any more.
    """

    golden_lead: GoldenLead
    problems: tuple[str, ...]
    measured: Measured | None = None
    judgement: Judgement | None = None

    @property
    def passes(self) -> bool:
        """Whether everything came out as agreed."""
        return not self.problems


def judge_golden_leads(version: Compiled, golden_leads: Sequence[GoldenLead]) -> list[GoldenResult]:
    """What the version makes of each of them, in their order. Leaves no trace."""
    results: dict[int, GoldenResult] = {}
    with leaving_no_trace():
        cases = CaseRows(Product.objects.get(pk=version.product_id))
        subject = version.version.subject
        made: dict[int, Lead | Account] = {}  # by place in the list
        for place, one in enumerate(golden_leads):
            try:
                made[place] = _add(cases, one.facts, subject, one.at)
            except SpecError as error:
                results[place] = GoldenResult(one, (f"its facts do not fit any more. {error}",))
        cases.write()
        places = {row.pk: place for place, row in made.items()}
        for pk, measured in _measure(version, [(pk, golden_leads[places[pk]].at) for pk in places]):
            place = places[pk]
            results[place] = _judged(version, golden_leads[place], measured)
    return [results[place] for place in range(len(golden_leads))]


def _measure(
    version: Compiled, moments: list[tuple[int, datetime]]
) -> Iterator[tuple[int, Measured]]:
    if not moments:
        return iter(())
    is_lead = version.version.subject is Subject.LEAD
    return measure(
        version.version,
        Moments(moments) if is_lead else AccountMoments(moments),
        product_id=version.product_id,
        names=version.names,
        as_of=True,
        looks_ahead=False,
    )


def failing(version: Compiled, golden_leads: Sequence[GoldenLead]) -> list[GoldenResult]:
    """Those that the version makes something else of than was agreed."""
    return [one for one in judge_golden_leads(version, golden_leads) if not one.passes]


def check_facts_for(facts: Case, product: Product, subject: Subject, at: datetime) -> None:
    """Refuse facts that cannot be those of a lead (or account) of the product. Leaves no trace.

    Raises:
        SpecError: names the part that is wrong.
    """
    check_facts(facts, FACTS)
    with leaving_no_trace():
        cases = CaseRows(product)
        _add(cases, facts, subject, at)
        cases.write()


def _add(cases: CaseRows, facts: Case, subject: Subject, at: datetime) -> Lead | Account:
    add = cases.add_lead if subject is Subject.LEAD else cases.add_account
    try:
        return add(facts, at, FACTS)
    except OverflowError as error:
        raise SpecError(FACTS, "an age reaches back further than there are dates") from error


def _judged(version: Compiled, golden_lead: GoldenLead, measured: Measured) -> GoldenResult:
    judgement = version.judge(measured)
    segment = version.version.segment
    is_inside = segment is None or segment.met(measured.values)
    expect = golden_lead.expect
    problems = list(_verdict(version, expect.get("pql"), judgement, is_inside))
    others = {name: wanted for name, wanted in expect.items() if name != "pql"}
    problems += differences(others, measured, version)
    if segment is not None and not is_inside and _asks_for_a_score(others):
        problems.append(f"is not in the segment {segment.name}: this rubric does not score it")
    return GoldenResult(golden_lead, tuple(problems), measured, judgement)


def _verdict(
    version: Compiled, wanted: bool | None, judgement: Judgement, is_inside: bool
) -> Iterator[str]:
    """Where it is a PQL and must not be, or the other way round, with the numbers."""
    is_pql = judgement.is_pql and is_inside
    if wanted is None or wanted == is_pql:
        return
    segment, least = version.version.segment, version.version.thresholds
    scores = (
        ("total", judgement.total, least.total),
        ("fit", judgement.fit, least.fit),
        ("behavior", judgement.behavior, least.behavior),
    )
    if not wanted:
        told = ", ".join(f"{name} {got} (needs {least})" for name, got, least in scores)
        yield f"must never be a PQL, but is one: {told}"
    elif segment is not None and not is_inside:
        yield f"must be a PQL, but is not in the segment {segment.name}"
    else:
        short = [f"{name} {got} of {least} needed" for name, got, least in scores if got < least]
        yield f"must be a PQL, but is none: {', '.join(short)}"


def _asks_for_a_score(expect: Iterable[str]) -> bool:
    return any(name != "segment" for name in expect) and "segment" not in set(expect)
