"""The measures of fit. Each gives 1 (yes), 0 (no) or null (unknown): unknown is not zero."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.attributes import attribute_sql, attribute_words, parse_attribute, text_sql
from rubrics.measures.base import AttributeMeasure, Names, Params, SpecError

Lists = Mapping[str, Sequence[str]]
EMAIL = ("lead.email",)
SHOWN = 4
NOBODY = sql.SQL("0")
"""What an empty list answers: no, even for what is unknown."""


def _texts(raw: object, where: str) -> tuple[str, ...]:
    """A non-empty list of texts, trimmed, lower-cased and sorted."""
    if isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, Sequence) or not raw:
        raise SpecError(where, "is a list of one or more texts")
    has_words = any(isinstance(text, str) for text in raw)
    for text in raw:
        # YAML reads a bare NO as false: among words it was meant as one.
        is_value = isinstance(text, int | float) and not (has_words and isinstance(text, bool))
        if not (is_value or isinstance(text, str)) or not str(text).strip() or "\0" in str(text):
            raise SpecError(where, f"{text!r} is no text; write it in quotes")
    return tuple(sorted({str(text).strip().lower() for text in raw}))


def _shown(raw: object) -> tuple[str, ...]:
    """The first few of the texts as they were written, and how many more, for people."""
    texts = [raw] if isinstance(raw, str) else list(raw) if isinstance(raw, Sequence) else []
    shown = [str(text).strip() for text in texts]
    return tuple(shown if len(shown) <= SHOWN else [*shown[:3], f"{len(shown) - 3} more"])


def _is(value: float | None, yes: str, no: str) -> str:
    """The words for what was found: a line that gives nothing must not read as if it were so."""
    return yes if value else no


def _listed(raw: Params, name: str, where: str, lists: Lists) -> tuple[str, ...]:
    """The values given under ``name``, or those of the named list, which may be empty."""
    if ("list" in raw) == (name in raw):
        raise SpecError(where, f"give either {name} or list")
    if name in raw:
        return _texts(raw[name], f"{where}.{name}")
    values = named_list(raw["list"], where, lists)
    return _texts(values, f"{where}.list") if values else ()


def _flag(raw: Params, name: str, where: str) -> bool:
    value = raw.get(name, False)
    if not isinstance(value, bool):
        raise SpecError(f"{where}.{name}", f"{value!r} is neither true nor false")
    return value


class NumberInRange(AttributeMeasure):
    """Whether a number lies in one of the closed ranges; ``null`` leaves an end open."""

    key = "number_in_range"
    label = "A number is in a range"
    fields = frozenset({"attribute", "ranges"})

    def parse(self, raw: Params, where: str, lists: Lists) -> dict[str, Any]:
        ranges = raw.get("ranges")
        if not isinstance(ranges, Sequence) or isinstance(ranges, str) or not ranges:
            raise SpecError(f"{where}.ranges", "is a list of [from, to] pairs, e.g. [[50, 500]]")
        return {
            "attribute": parse_attribute(raw.get("attribute"), where),
            "ranges": tuple(self._pair(pair, f"{where}.ranges") for pair in ranges),
        }

    @staticmethod
    def _pair(pair: object, where: str) -> tuple[float | None, float | None]:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise SpecError(where, f"{pair!r} is no [from, to] pair")
        for end in pair:
            is_number = isinstance(end, int | float) and not isinstance(end, bool)
            if end is not None and not (is_number and math.isfinite(end)):
                raise SpecError(where, f"{end!r} is no number")
        low, high = pair
        if low is None and high is None:
            raise SpecError(where, "give the range at least one end; is_present asks for any value")
        if low is not None and high is not None and low > high:
            raise SpecError(where, f"[{low}, {high}] runs backwards")
        return (low, high)

    def value(self, params: Params) -> sql.Composable:
        value = attribute_sql(params["attribute"])
        # Numeric, not float: exact at the ends, and no number is out of its range.
        number = sql.SQL("({})::numeric").format(value)
        tests = []
        for low, high in params["ranges"]:
            ends: list[sql.Composable] = [
                sql.SQL("{} {} {}").format(number, sql.SQL(sign), sql.Literal(end))
                for sign, end in ((">=", low), ("<=", high))
                if end is not None
            ]
            tests.append(sql.SQL("({})").format(sql.SQL(" AND ").join(ends or [sql.SQL("true")])))
        # The CASE guards the cast: only a JSON number is ever cast.
        return sql.SQL("CASE WHEN jsonb_typeof({}) = 'number' THEN ({})::int END").format(
            value, sql.SQL(" OR ").join(tests)
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        spans = ", ".join(
            f"{low:g}–{high:g}"
            if low is not None and high is not None
            else (f"{low:g} or more" if low is not None else f"up to {high:g}")
            for low, high in params["ranges"]
        )
        words = attribute_words(params["attribute"]).capitalize()
        return _is(value, f"{words} {spans}", f"{words} not {spans}")


class ValueInList(AttributeMeasure):
    """Whether a text is one of the listed values, case ignored.

    An empty list holds nobody: the answer is no, even for what is unknown.
    """

    key = "value_in_list"
    label = "A value is in a list"
    fields = frozenset({"attribute", "values", "list"})

    def parse(self, raw: Params, where: str, lists: Lists) -> dict[str, Any]:
        return {
            "attribute": parse_attribute(raw.get("attribute"), where),
            "values": _listed(raw, "values", where, lists),
            "shown": _shown(raw.get("values") or lists.get(str(raw.get("list")), ())),
        }

    def value(self, params: Params) -> sql.Composable:
        return sql.SQL("({} = ANY({}))::int").format(
            text_sql(params["attribute"]), sql.Literal(list(params["values"]))
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = attribute_words(params["attribute"]).capitalize()
        shown = " or ".join(params["shown"])
        return _is(value, f"{words} is {shown}", f"{words} is not {shown}")


class TextMatches(AttributeMeasure):
    """Whether a text holds any keyword as whole words, case ignored: VP is not in "MVP".

    The keywords stand here or in a list of the version. An empty list holds nobody, as in
    :class:`ValueInList`. ``present: true`` instead of keywords is met by any text.
    """

    key = "text_matches"
    label = "A text holds a keyword"
    fields = frozenset({"attribute", "keywords", "list", "present"})

    def parse(self, raw: Params, where: str, lists: Lists) -> dict[str, Any]:
        keywords: tuple[str, ...] = ()
        is_present = _flag(raw, "present", where)
        if is_present and ("keywords" in raw or "list" in raw):
            raise SpecError(where, "give either keywords, a list or present")
        if "list" in raw:
            keywords = _listed(raw, "keywords", where, lists)
        elif not is_present:
            keywords = _texts(raw.get("keywords"), f"{where}.keywords")
        return {
            "attribute": parse_attribute(raw.get("attribute"), where),
            "keywords": keywords,
            "present": is_present,
            "list": str(raw.get("list") or ""),
            "shown": _shown(raw.get("keywords")),
        }

    def value(self, params: Params) -> sql.Composable:
        text = text_sql(params["attribute"])
        if params["present"]:
            return sql.SQL("({} <> '')::int").format(text)
        if not params["keywords"]:
            return NOBODY
        words = "|".join(
            r"\s+".join(re.escape(part) for part in keyword.split())
            for keyword in params["keywords"]
        )
        # Not \y: it takes "C++" and "R&D" apart. A keyword ends where no letter or digit goes on.
        pattern = rf"(^|[^[:alnum:]])({words})($|[^[:alnum:]])"
        return sql.SQL("({} ~ {})::int").format(text, sql.Literal(pattern))

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = attribute_words(params["attribute"]).capitalize()
        if params["present"]:
            return f"{words} known"
        if name := params["list"]:
            return f"{words} has {_is(value, 'words', 'no words')} of the list “{name}”"
        shown = " or ".join(params["shown"])
        return _is(value, f"{words} has {shown}", f"{words} has no {shown}")


class Overlaps(AttributeMeasure):
    """Whether a set (the company's tools) holds any, or all, of the listed values; or any of
    those of a list of the version. An empty list holds nobody, as in :class:`ValueInList`.

    A single text is a set of one; a number or an object says nothing of it, so it is unknown.
    """

    key = "overlaps"
    label = "A set holds some of these"
    fields = frozenset({"attribute", "any_of", "all_of", "list"})

    def parse(self, raw: Params, where: str, lists: Lists) -> dict[str, Any]:
        given = [name for name in ("any_of", "all_of", "list") if name in raw]
        if len(given) != 1:
            raise SpecError(where, "give either any_of, all_of or list")
        (name,) = given
        is_list = name == "list"
        values = raw[name] if not is_list else named_list(raw[name], where, lists)
        return {
            "attribute": parse_attribute(raw.get("attribute"), where),
            "values": _texts(values, f"{where}.{name}") if values or not is_list else (),
            "list": str(raw[name]) if is_list else "",
            "shown": _shown(values),
            "all": name == "all_of",
        }

    def value(self, params: Params) -> sql.Composable:
        if not params["values"]:
            return NOBODY
        # lower() over the JSON text keeps it valid: escapes read the same in lower case.
        return sql.SQL(
            "CASE WHEN jsonb_typeof({value}) IN ('array', 'string')"
            " THEN (lower({value}::text)::jsonb {holds} {values})::int END"
        ).format(
            value=attribute_sql(params["attribute"]),
            holds=sql.SQL("?&" if params["all"] else "?|"),
            values=sql.Literal(list(params["values"])),
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = attribute_words(params["attribute"]).capitalize()
        if name := params["list"]:
            return f"{words} include {_is(value, 'some', 'none')} of the list “{name}”"
        shown = (" and " if params["all"] else " or ").join(params["shown"])
        return _is(value, f"{words} include {shown}", f"{words} do not include {shown}")


def domain_patterns(domains: Iterable[str]) -> tuple[list[str], list[str]]:
    """Domains to be met exactly, and patterns for LIKE of those that stand for an ending."""
    exact, endings = [], []
    for name in domains:
        if name.startswith("."):
            endings.append("%" + re.sub(r"([%_\\])", r"\\\1", name))
        else:
            exact.append(name)
    return exact, endings


class EmailDomainIn(AttributeMeasure):
    """Whether the e-mail's domain is in a list; ``.edu`` in it stands for all that end so."""

    key = "email_domain_in"
    label = "The e-mail's domain is in a list"
    fields = frozenset({"list", "domains"})

    def parse(self, raw: Params, where: str, lists: Lists) -> dict[str, Any]:
        return {
            "attribute": EMAIL,
            "list": str(raw.get("list") or ""),
            "domains": _listed(raw, "domains", where, lists),
        }

    def value(self, params: Params) -> sql.Composable:
        domain = sql.SQL("nullif(split_part({}, '@', 2), '')").format(text_sql(EMAIL))
        exact, endings = domain_patterns(params["domains"])
        return sql.SQL("({domain} = ANY({exact}) OR {domain} LIKE ANY({endings}))::int").format(
            domain=domain, exact=sql.Literal(exact), endings=sql.Literal(endings)
        )

    def tell(self, params: Params, found: object) -> str:
        return f"at {str(found).partition('@')[2]}"

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        name = params["list"] or "domains"
        return _is(
            value,
            f"E-mail domain is in the list “{name}”",
            f"E-mail domain is not in the list “{name}”",
        )


class IsPresent(AttributeMeasure):
    """Whether an attribute is known (or, with ``missing: true``, is not). Never unknown."""

    key = "is_present"
    label = "Something is known"
    fields = frozenset({"attribute", "missing"})

    def parse(self, raw: Params, where: str, lists: Lists) -> dict[str, Any]:
        return {
            "attribute": parse_attribute(raw.get("attribute"), where),
            "missing": _flag(raw, "missing", where),
        }

    def value(self, params: Params) -> sql.Composable:
        return sql.SQL("({} IS {})::int").format(
            attribute_sql(params["attribute"]),
            sql.SQL("NULL" if params["missing"] else "NOT NULL"),
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        state = "missing" if params["missing"] == bool(value) else "known"
        return f"{attribute_words(params['attribute']).capitalize()} {state}"


def named_list(key: object, where: str, lists: Lists) -> Sequence[str]:
    """The values of a list of the version; an empty list is allowed and matches nothing."""
    if not isinstance(key, str) or key not in lists:
        known = ", ".join(sorted(lists)) or "none"
        raise SpecError(f"{where}.list", f"no list {key!r} in this version (there are: {known})")
    return lists[key]
