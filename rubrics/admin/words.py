"""The rules of a version on its page: the sentences of rubrics.words as HTML."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leads.admin.base import change_url
from rubrics.models import RubricVersion
from rubrics.rows import document_of
from rubrics.scoring.words import capitalized
from rubrics.words import (
    CriterionWords,
    Wording,
    condition_words,
    criterion_words,
    section_passages,
)


def criteria_table(version: RubricVersion) -> SafeString:
    """Every criterion of a version with its rules; each name leads to its page."""
    document = told_document(version)
    wording = Wording.of(document)
    rows = format_html_join(
        "",
        '<tr class="border-t border-base-200 dark:border-base-800 align-top">'
        '<td class="py-2 pr-6" style="min-width: 10rem"><a class="text-primary-600'
        ' dark:text-primary-500 font-medium" href="{}">{}</a>{}</td><td class="py-2 pr-6">{}</td>'
        '<td class="py-2" style="min-width: 18rem">{}</td></tr>',
        (
            (change_url(row), told.name, _lines(told.notes), told.axis.label, _rules(told))
            for row, told in zip(
                version.criteria.order_by("position", "pk"),
                (criterion_words(entry, wording) for entry in document["criteria"]),
                strict=True,
            )
        ),
    )
    if not rows:
        return format_html("<p>{}</p>", "None yet.")
    head = format_html_join(
        "",
        '<th class="py-2 pr-6 text-left font-semibold text-important">{}</th>',
        ((word,) for word in ("Criterion", "Axis", "Points")),
    )
    return format_html(
        '<div class="overflow-x-auto" style="max-width: calc(100vw - 3.5rem)">'
        '<table class="w-full"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        head,
        rows,
    )


def rule_list(version: RubricVersion) -> SafeString:
    """What happens to the criteria's points, a paragraph a rule."""
    return format_html_join(
        "",
        '<p class="mb-2">{}</p>',
        (
            (sentence,)
            for passage in section_passages(told_document(version))
            for sentence in passage.sentences
        ),
    )


def condition_list(version: RubricVersion, conditions: Sequence[Mapping[str, Any]]) -> SafeString:
    """Conditions in words, one a line; empty where there are none."""
    wording = Wording.of(told_document(version))
    return format_html_join(
        "", "<div>{}.</div>", ((capitalized(condition_words(one, wording)),) for one in conditions)
    )


def told_document(version: RubricVersion) -> dict[str, Any]:
    """The version as a document; made once a page."""
    document: dict[str, Any] | None = version.__dict__.get("_told_document")
    if document is None:
        document = version.__dict__["_told_document"] = document_of(version)
    return document


def _lines(texts: Iterable[str]) -> SafeString:
    return format_html_join("", '<div class="text-xs">{}</div>', ((text,) for text in texts))


def _rules(told: CriterionWords) -> SafeString:
    """Its rules, a line each; what reps are told instead below it."""
    return format_html_join(
        "",
        '<div>{}: <span class="font-medium text-important">{}</span>{}</div>',
        (
            (rule.when, rule.worth, _lines([f"“{rule.label}”"] if rule.label else []))
            for rule in told.rules
        ),
    )
