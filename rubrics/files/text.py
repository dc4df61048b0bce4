"""The canonical text of a rubric: one order of keys, every default written out, told in comments.

A version and the file it was exported to have the same text, byte for byte: what a comparison of
two texts shows is a difference of two rubrics (docs/adr/0016).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from textwrap import indent, wrap
from typing import Any

import yaml

from rubrics.rows import whole_document
from rubrics.words import Wording, criterion_words, section_passages

Document = Mapping[str, Any]

WIDTH = 100
HEAD = ("format", "rubric", "name", "description", "source", "note", "subject")
SECTIONS = (
    "segment", "thresholds", "limits", "combination", "decay", "ceiling", "cross_product",
    "matrix", "bands", "groups",
)  # fmt: skip
# Whatever is in none of these orders follows, by name.
SECTION_ORDER = (
    "name", "order", "mode", "total", "fit", "behavior", "velocity_exceeds_cap", "points",
    "percent", "period", "grace", "floor", "silence", "expired", "within", "products", "at_least",
    "meaning", "max", "min", "when",
)  # fmt: skip
CRITERION_ORDER = (
    "key", "axis", "name", "role", "group", "proxy_for", "measure", "signals", "steps",
    "attribute", "size", "within", "period", "half_life", "as", "window", "ranges", "values",
    "keywords", "present", "any_of", "all_of", "domains", "list", "missing", "at_least",
    "more_than", "tiers", "per_unit", "per_period", "points_per_burst", "share_of_base",
    "max_bursts", "points", "max", "recency", "label", "source",
)  # fmt: skip
COMPARISON_ORDER = ("at_least", "more_than", "at_most", "less_than", "is")
SIGNAL_ORDER = ("name", "description", "activity", "kind", "event", "source", "where", "property",
                "op", "value", "session", "events")  # fmt: skip
# What says nothing if it is empty. A limit of null says a lot, so only these.
OMITTED = frozenset({"description", "source", "note", "meaning", "max", "min"})
UNPRINTABLE = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def rubric_text(document: Document, *, schema_url: str = "") -> str:
    """The canonical text of a document, ready to be read, edited and imported.

    Args:
        schema_url: where editors find the JSON Schema; stands in the first line.
    Raises:
        SpecError: the document is no rubric.
    """
    document = whole_document(document)
    wording = Wording.of(document)
    blocks = [_head(document, schema_url)]
    passages = {passage.key: passage for passage in section_passages(document, wording)}
    for name in SECTIONS:
        comment = _comment(passages[name].sentences) if name in passages else ""
        if name in document:
            blocks.append(comment + _yaml({name: _section(name, document[name])}))
        elif name == "segment":
            blocks.append(comment)
    blocks.append(_yaml({"lists": document["lists"]}))
    signals = {key: _ordered(spec, SIGNAL_ORDER) for key, spec in document["signals"].items()}
    blocks.append(_yaml({"signals": signals}))
    criteria = "\n".join(_criterion(entry, wording) for entry in document["criteria"])
    blocks.append(f"criteria:\n{criteria}")
    return "\n".join(blocks)


def _head(document: Document, schema_url: str) -> str:
    first = f"# yaml-language-server: $schema={schema_url}\n" if schema_url else ""
    told = _ordered({name: document[name] for name in HEAD if name in document}, HEAD)
    return first + _yaml(told, flow=False)


def _section(name: str, value: Any) -> Any:
    if name == "groups":  # in their own order, which is that of the page
        return {key: _ordered(group, SECTION_ORDER) for key, group in value.items()}
    return _ordered(value, SECTION_ORDER)


def _criterion(entry: Document, wording: Wording) -> str:
    """One entry of ``criteria``, its rules in words above it."""
    told = criterion_words(entry, wording)
    words = [*(f"{rule.sentence}." for rule in told.rules), *(f"{note}." for note in told.notes)]
    body = _yaml([_ordered(entry, CRITERION_ORDER)], WIDTH - 2)
    return indent(_comment(words, WIDTH - 2) + body, "  ")


def _comment(sentences: Sequence[str], width: int = WIDTH) -> str:
    """Sentences as comments, a line or more each."""
    lines = [
        line
        for sentence in sentences
        for line in wrap(
            UNPRINTABLE.sub(" ", sentence),
            width,
            initial_indent="# ",
            subsequent_indent="#   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
    return "".join(f"{line}\n" for line in lines)


def _yaml(value: Any, width: int = WIDTH, *, flow: bool | None = None) -> str:
    """YAML, by default with the innermost mappings and lists on one line, as people write it."""
    # Not the C library's: the same bytes wherever the software runs.
    return yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=flow,
        sort_keys=False,
        allow_unicode=True,
        width=width,
    )


class _Dumper(yaml.SafeDumper):
    """Quotes and escapes signs that plain YAML loses or takes for the end of a line."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = '"' if UNPRINTABLE.search(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)


def _ordered(value: Any, order: Sequence[str]) -> Any:
    """Mappings in the order of the format; numbers as short as they can be written."""
    if isinstance(value, Mapping):
        return dict(_entries(value, order))
    if isinstance(value, list | tuple):
        return [_ordered(one, order) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _entries(value: Mapping[str, Any], order: Sequence[str]) -> Iterator[tuple[str, Any]]:
    if "measure" in value and "tiers" not in value:  # a condition: its comparison comes last
        order = [n for n in CRITERION_ORDER if n not in COMPARISON_ORDER] + [*COMPARISON_ORDER]
    known = {name: place for place, name in enumerate(order)}
    for name in sorted(value, key=lambda name: (known.get(name, len(known)), name)):
        if name in OMITTED and value[name] in ("", None):
            continue
        yield name, _ordered(value[name], order)
