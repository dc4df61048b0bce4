"""The report of a backtest: all its figures, as one document that pages and exports read.

Fed one by one (:meth:`Tally.add`), in bounded memory: a few bytes each, and a sample for the
weights. What was counted apart can be put together (:mod:`rubrics.backtests.packing`). Those looked
at are leads, or accounts if ``subject`` says so; ``leads`` is how many.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rubrics.backtests import curves
from rubrics.backtests.examples import LEFT_OUT_WORDS, Question
from rubrics.backtests.features import Features, rule_words
from rubrics.backtests.lifts import find_lifts
from rubrics.backtests.proposing import is_sampled, propose, sampled_share
from rubrics.backtests.reading import Seen
from rubrics.backtests.sweep import sweep
from rubrics.backtests.warnings import Calendar, Circumstances, approach, general_warnings
from rubrics.backtests.weights import Case
from rubrics.mappers import Compiled
from rubrics.reports import Example, evaluate
from rubrics.statistics import Estimate, auc_difference, proportion, risk_ratio, roc_auc

WEEK_SECONDS = 7 * 86_400
AXES = ("total", "fit", "behavior")
Report = dict[str, Any]


class Scores:
    """One version's scores, a lead after the other."""

    def __init__(self) -> None:
        self.totals, self.fits, self.behaviors = array("i"), array("i"), array("i")
        self.pqls = array("B")


class Tally:
    """Gathers past leads; :meth:`report` says what came of them. The first version is the one the
    report is about, made of ``document``; a second is what it is compared with. Buckets, curve and
    AUC are those of the ``axis``. ``expected``: about how many will be added, which decides how
    many of them the weights are learnt from; None where these are kept elsewhere."""

    def __init__(
        self,
        versions: Sequence[Compiled],
        document: Mapping[str, Any],
        *,
        expected: int | None = None,
        axis: str = "total",
    ) -> None:
        self.versions = tuple(versions)
        self.axis = axis
        self.subject = versions[0].version.subject
        self.features = Features(versions[0], rule_words(versions[0], document))
        self.scores = [Scores() for _ in versions]
        self.labels = array("B")
        self.calendar = Calendar()
        self.cases: list[Case] = []
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._sample = 0.0 if expected is None else sampled_share(expected)

    def add(self, seen: Seen) -> None:
        """Count one."""
        asked = seen.asked
        self.labels.append(asked.is_positive)
        self.calendar.add(asked.at, asked.is_positive)
        self.first = min(self.first or asked.at, asked.at)
        self.last = max(self.last or asked.at, asked.at)
        for number, (version, measured) in enumerate(
            zip(self.versions, seen.measured, strict=True)
        ):
            judged = version.judge(measured)
            scores = self.scores[number]
            scores.totals.append(judged.total)
            scores.fits.append(judged.fit)
            scores.behaviors.append(judged.behavior)
            scores.pqls.append(judged.is_pql)
            if number == 0:
                self.features.add(seen, measured, judged)
                if is_sampled(asked.subject_id, self._sample):
                    self.cases.append(
                        Case(asked.subject_id, asked.is_positive, measured, judged.points)
                    )

    @property
    def weeks(self) -> float:
        """Over how many weeks the moments are spread; at least one."""
        if self.first is None or self.last is None:
            return 1.0
        return max((self.last - self.first).total_seconds() / WEEK_SECONDS, 1.0)

    def report(self, question: Question | None, circumstances: Circumstances) -> Report:
        """Everything but the weights (:meth:`weights`), which take longer."""
        labels = [bool(label) for label in self.labels]
        leads, positives = len(labels), sum(labels)
        report: Report = {
            "subject": self.subject.value,
            "leads": leads,
            "positives": positives,
            "base_rate": _estimate(proportion(positives, leads)),
            "weeks": self.weeks,
            "left_out": [
                {"reason": reason, "words": words, "leads": circumstances.left_out[reason]}
                for reason, words in LEFT_OUT_WORDS.items()
                if circumstances.left_out.get(reason)
            ],
            "approach": approach(circumstances.history) if circumstances.history else "",
            "warnings": general_warnings(
                question,
                circumstances,
                self.calendar,
                subject=self.subject,
                leads=leads,
                positives=positives,
            ),
            "versions": [
                _version_report(version, scores, labels, self)
                for version, scores in zip(self.versions, self.scores, strict=True)
            ],
            "difference": None,
            "lifts": [
                asdict(lift) for lift in find_lifts(self.features, leads=leads, positives=positives)
            ],
        }
        if len(self.scores) > 1:
            mine, other = self.scores
            # How much better the version is than the one it is compared with.
            report["difference"] = _estimate(auc_difference(other.totals, mine.totals, labels))
        return report

    def weights(self) -> Report:
        """What points the outcomes would give."""
        return asdict(propose(self.versions[0].version, self.cases, self.features.words))


def weights_report(version: Compiled, document: Mapping[str, Any], cases: Iterable[Case]) -> Report:
    """The same, of cases that were kept elsewhere."""
    return asdict(propose(version.version, cases, rule_words(version, document)))


def _version_report(
    version: Compiled, scores: Scores, labels: Sequence[bool], tally: Tally
) -> Report:
    spec = version.version
    axis = {"fit": scores.fits, "behavior": scores.behaviors}.get(tally.axis, scores.totals)
    maxima = {"fit": spec.max_fit, "behavior": spec.max_behavior}
    maximum = maxima.get(tally.axis, spec.max_total)
    examples = [
        Example(score, bool(is_pql), label)
        for score, is_pql, label in zip(axis, scores.pqls, labels, strict=True)
    ]
    found = evaluate(examples, maximum=maximum, subject=tally.subject)
    counts = curves.count_scores(axis, labels)
    passing = [
        (total, label)
        for total, fit, behavior, label in zip(
            scores.totals, scores.fits, scores.behaviors, labels, strict=True
        )
        if fit >= spec.thresholds.fit and behavior >= spec.thresholds.behavior
    ]
    eligible = curves.count_scores([total for total, _ in passing], [hit for _, hit in passing])
    ends = curves.quarters(counts)
    pqls = asdict(found.pqls)
    rest = len(labels) - found.pqls.leads
    others = sum(labels) - found.pqls.positives
    pqls["rest_leads"], pqls["rest_positives"] = rest, others
    pqls["lift"] = _estimate(risk_ratio(found.pqls.positives, found.pqls.leads, others, rest))
    return {
        "id": version.version_id,
        "label": version.label or spec.rubric,
        "axis": tally.axis,
        "maximum": maximum,
        "thresholds": asdict(spec.thresholds),
        "auc": _estimate(found.auc),
        "auc_total": _estimate(roc_auc(scores.totals, labels)),
        "auc_fit": _estimate(roc_auc(scores.fits, labels)),
        "auc_behavior": _estimate(roc_auc(scores.behaviors, labels)),
        "pqls": pqls,
        "top_fifth": asdict(found.top),
        "buckets": [asdict(bucket) for bucket in found.buckets],
        "quarters": asdict(ends) if ends else None,
        "tenths": [asdict(part) for part in curves.parts(counts, 10, expected=True)],
        "roc": curves.roc(counts),
        "sweep": [
            asdict(step)
            for step in sweep(eligible, leads=len(labels), positives=sum(labels), weeks=tally.weeks)
        ],
        # That there are few outcomes is said once, for all versions.
        "warnings": [one for one in found.warnings if not one.startswith("Only ")],
    }


def _estimate(estimate: Estimate | None) -> dict[str, float] | None:
    return asdict(estimate) if estimate else None
