"""What versions make of golden leads, for the pages that show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rubrics.explain import judged
from rubrics.golden.checking import GoldenResult, judge_golden_leads
from rubrics.golden.freezing import versions_to_read
from rubrics.golden.words import expected_words
from rubrics.mappers import Compiled
from rubrics.models import GoldenLead
from rubrics.scoring.types import Line


@dataclass(frozen=True, slots=True)
class Shown:
    """One golden lead on a version's page: what was agreed, what came out, and why."""

    golden_lead: GoldenLead
    expected: str
    result: GoldenResult
    lines: tuple[Line, ...]

    @property
    def scores(self) -> str:
        """``Total 62, fit 40, behavior 22, no PQL``."""
        one = self.result.judgement
        if one is None:
            return ""
        verdict = "a PQL" if one.is_pql else "no PQL"
        return f"Total {one.total}, fit {one.fit}, behavior {one.behavior}: {verdict}"


def shown_results(version: Compiled, golden_leads: Sequence[GoldenLead]) -> list[Shown]:
    """What the version makes of them; those that come out otherwise first."""
    found = [_shown(version, one) for one in judge_golden_leads(version, golden_leads)]
    return sorted(found, key=lambda one: one.result.passes)


def _shown(version: Compiled, result: GoldenResult) -> Shown:
    lines: tuple[Line, ...] = ()
    if result.measured is not None:
        scored = judged(version, result.measured, result.golden_lead.at)
        lines = tuple(line for line in scored.lines if line.points or line.is_unknown)
    return Shown(result.golden_lead, expected_words(result.golden_lead.expect), result, lines)


def results_table(golden_lead: GoldenLead) -> SafeString:
    """What the published version and the drafts make of one golden lead."""
    rows = []
    for version in versions_to_read(golden_lead.rubric):
        (one,) = shown_results(version, [golden_lead])
        told = one.scores if one.result.passes else f"{'; '.join(one.result.problems)}"
        rows.append((version.label, "as agreed" if one.result.passes else "otherwise", told))
    if not rows:
        return format_html("<p>{}</p>", "No version of the rubric can be scored yet.")
    return format_html(
        "<table>{}</table>",
        format_html_join(
            "",
            '<tr class="align-top"><td class="py-1 pr-6 font-semibold">{}</td>'
            '<td class="py-1 pr-6">{}</td><td class="py-1">{}</td></tr>',
            rows,
        ),
    )
