"""A rubric as a file: its one canonical text, and how a file is read."""

from rubrics.files.reading import (
    RubricFile,
    RubricFileError,
    parse_text,
    read_file,
    read_rubric,
)
from rubrics.files.text import rubric_text
from rubrics.files.version import schema_url, version_document, version_text

__all__ = [
    "RubricFile",
    "RubricFileError",
    "parse_text",
    "read_file",
    "read_rubric",
    "rubric_text",
    "schema_url",
    "version_document",
    "version_text",
]
