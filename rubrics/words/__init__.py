"""The rules of a rubric in plain sentences: "“Logged in” 5 or more times in the first 7 days: +10".

Built from documents, as :func:`rubrics.rows.document_of` gives them, so that versions, files and
drafts are told alike. What a draft still lacks is told as "…": words never refuse.
"""

from rubrics.words.criteria import CriterionWords, Rule, criterion_words
from rubrics.words.mapping import event_words
from rubrics.words.measured import condition_words, conditions_words
from rubrics.words.sections import Passage, section_passages
from rubrics.words.wording import Wording

__all__ = [
    "CriterionWords",
    "Passage",
    "Rule",
    "Wording",
    "condition_words",
    "conditions_words",
    "criterion_words",
    "event_words",
    "section_passages",
]
