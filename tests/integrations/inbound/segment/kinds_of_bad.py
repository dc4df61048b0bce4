"""Bad inputs: every field of a message with every kind of value, as raw JSON, and whole bodies."""

import gzip
from collections.abc import Iterator

import orjson

TEXTS: dict[str, str] = {
    "nul": "a\x00b",
    "only nul": "\x00",
    "byte order mark": "\ufeffx",
    "right-to-left": "\u202egpj.exe",
    "joiners": "a\u200d\u200db",
    "zalgo": "z" + "\u0301" * 200,
    "control": "\x01\x1b[31m\x9b",
    "line breaks": "a\r\nBcc: x@y.example",
    "empty": "",
    "spaces": "   ",
    "10 KB": "x" * 10_000,
    "sql": "'; DROP TABLE leads_lead; --",
    "percent": "%s %(x)s %%",
    "html": "<script>alert(1)</script>",
    "template": "{{ 7*7 }}{% debug %}",
    "formula": "=cmd|'/c calc'!A1",
    "path": "../../etc/passwd",
    "null word": "null",
    "undefined word": "undefined",
    "object word": "[object Object]",
    "emoji": "\U0001f9ff" * 40,
    "braces": '}]"{[',
}
RAW: dict[str, bytes] = {
    "lone high surrogate": rb'"a\ud800b"',
    "lone low surrogate": rb'"\udc00"',
    "reversed surrogates": rb'"\udc00\ud800"',
    "bad utf-8": b'"\xff\xfe"',
    "cesu-8": b'"\xed\xa0\xbd\xed\xb8\x80"',
    "overlong": b'"\xc0\xaf"',
    "zero": b"0",
    "minus one": b"-1",
    "2^31": b"2147483648",
    "2^53+1": b"9007199254740993",
    "2^63": b"9223372036854775808",
    "2^64+1": b"18446744073709551617",
    "10^1000": b"1" + b"0" * 1000,
    "4301 digits": b"1" * 4301,
    "1e308": b"1e308",
    "1.8e308": b"1.8e308",
    "5e-324": b"5e-324",
    "-0.0": b"-0.0",
    "1e400": b"1e400",
    "1e99999": b"1e99999",
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "true": b"true",
    "false": b"false",
    "null": b"null",
    "list": b"[1, [2]]",
    "empty list": b"[]",
    "dict": b'{"a": {"b": 1}}',
    "empty dict": b"{}",
    "3 k keys": orjson.dumps({f"k{n}": 1 for n in range(3_000)}),
    "duplicate keys": b'{"a": 1, "a": 2}',
    "depth 28": b"[" * 28 + b"]" * 28,
    "depth 33": b"[" * 33 + b"]" * 33,
    "depth 900": b'{"a":' * 900 + b"1" + b"}" * 900,
    "depth 5 k": b"[" * 5_000 + b"]" * 5_000,
    "leading zero": b"007",
    "hex": b"0xff",
    "comment": b"/* x */ 1",
    "trailing comma": b"[1,]",
    "single quotes": b"'x'",
    "nothing": b"",
}
TIMES = [
    b"1795297068",
    b"1795297068.5",
    b"1795297068000",
    b'"1795297068"',
    b"-1",
    b"1e300",
    *(
        orjson.dumps(text)
        for text in (
            "0000-01-01",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "10000-01-01",
            "-0044-03-15",
            "2026-11-21T12:00:60Z",
            "2026-02-30",
            "2026-11-21T12:00:00",
            "2026-11-21T12:00:00+25:00",
            "2026-11-21T12:00:00.123456789Z",
            "\u0662\u0660\u0662\u0666-11-21",
            "2076-11-21",
            "infinity",
            "now",
            "yesterday",
            "1999-12-31T23:59:59Z",
            "",
        )
    ),
]
FIELDS = [
    "messageId", "event", "userId", "anonymousId", "timestamp", "sentAt", "originalTimestamp",
    "properties", "context", "properties.x", "context.sessionId", "context.groupId", "type",
]  # fmt: skip
TRAITS = [
    "traits", "traits.email", "traits.name", "traits.createdAt", "traits.trialEndsAt",
    "traits.company", "traits.company.id", "traits.employees", "traits.technologies",
    "traits.address", "traits.anything", "groupId", "previousId",
]  # fmt: skip


def messages() -> Iterator[tuple[str, bytes]]:
    """Every field with every value, as the raw JSON of one message; and odd keys."""
    values = {**{name: orjson.dumps(text) for name, text in TEXTS.items()}, **RAW}
    for field in (*FIELDS, *TRAITS):
        kind = {"groupId": "group", "previousId": "alias"}.get(field) or (
            "identify" if field in TRAITS else "track"
        )
        for name, value in values.items():
            yield f"{field} {name}", _message(kind, field, value)
    for value in TIMES:
        for field in ("timestamp", "sentAt", "originalTimestamp", "traits.createdAt"):
            kind = "identify" if field in TRAITS else "track"
            yield f"{field} {value.decode()}", _message(kind, field, value)
    for name, text in TEXTS.items():
        key = orjson.dumps(text)
        yield f"property key {name}", _message("track", "properties", b"{" + key + b": 1}")
        yield f"trait key {name}", _message("identify", "traits", b"{" + key + b": 1}")


def bodies() -> dict[str, bytes]:
    """Whole bodies that are no batch, or hardly one."""
    return {
        "empty": b"",
        "null": b"null",
        "list": b"[]",
        "number": b"1",
        "text": b'"x"',
        "bad utf-8": b"\xff\xfe\x00",
        "utf-16": '{"batch": []}'.encode("utf-16"),
        "truncated": b'{"batch": [{"type": "track", "userId": "u',
        "truncated after one": b'{"batch": [{"type": "track"}, {"ty',
        "two documents": b'{"batch": []}{"batch": []}',
        "batch is null": b'{"batch": null}',
        "batch is text": b'{"batch": "x"}',
        "batch twice": b'{"batch": [], "batch": [NaN]}',
        "batch of nothing": b'{"batch": [,]}',
        "depth 100 k": b"[" * 100_000,
        "open strings": b'{"batch": ["' + b'\\"' * 200_000,
        "gzip": gzip.compress(b'{"batch": []}'),
        "form": b"data=%7B%7D&x=1",
        "nul": b"\x00" * 10,
        "context is text": b'{"batch": [{"type": "page", "userId": "u"}], "context": "x"}',
        "sentAt is a dict": b'{"batch": [], "sentAt": {}}',
    }


def _message(kind: str, field: str, value: bytes) -> bytes:
    fields: dict[str, bytes] = {
        "type": orjson.dumps(kind),
        "userId": b'"bad-u1"',
        "event": b'"Bad"',
        "groupId": b'"g1"',
        "previousId": b'"bad-u0"',
    }
    if kind == "identify":
        del fields["groupId"]
    path = field.split(".")
    for name in reversed(path[1:]):
        value = b"{" + orjson.dumps(name) + b": " + value + b"}"
    fields[path[0]] = value
    return b"{" + b", ".join(orjson.dumps(k) + b": " + v for k, v in fields.items()) + b"}"
