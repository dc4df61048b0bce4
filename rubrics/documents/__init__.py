"""A rubric as a document (YAML or JSON), checked and compiled into the pure core's types.

The same form is a shipped preset, an exported version and what rows are turned into before they
score: there is one parser, so they cannot mean different things.
"""

from rubrics.documents.document import activity_signals, parse_document, used_signals
from rubrics.documents.fingerprint import fingerprint_of

__all__ = ["activity_signals", "fingerprint_of", "parse_document", "used_signals"]
