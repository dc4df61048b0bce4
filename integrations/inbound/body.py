"""Bodies as they come over the wire: capped decompression, and JSON that may be partly broken.

One broken message must not cost its batch: SDKs drop everything on a 400. Where a body does not
parse as a whole, its messages are cut out one by one and each is read, mended or refused alone.
"""

import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

import orjson

MAX_BODY_BYTES = 500 * 1024
MAX_UNPACKED_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 32
# JSON has no structure inside strings; everything else that matters is a bracket or a comma.
# A string that never ends is taken to the end of the body: no byte is looked at twice.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"


class BodyTooLargeError(ValueError):
    """The body, or what it unpacks to, is over the limit."""


class BadBodyError(ValueError):
    """The body is no JSON object, nor can its messages be told apart."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A message cut out of a body that cannot be read by itself."""

    raw: bytes
    code: str
    reason: str


def unpack(body: bytes, encoding: str) -> bytes:
    """Undo the ``Content-Encoding``; gzip is recognised even where it is not declared.

    Raises:
        BodyTooLargeError: more than 2 MB unpacked.
        BadBodyError: not what the header says, or an encoding we do not know.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        if not body.startswith(b"\x1f\x8b"):
            return body
        encoding = "gzip"
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise BadBodyError(f"Content-Encoding {encoding[:20]!r} is not supported; use gzip.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by its header
    try:
        unpacked = unpacker.decompress(body, MAX_UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise BadBodyError("The body is not packed the way Content-Encoding says.") from error
    if len(unpacked) > MAX_UNPACKED_BYTES:
        raise BodyTooLargeError(f"More than {MAX_UNPACKED_BYTES} bytes unpacked.")
    if not unpacker.eof:
        raise BadBodyError("The packed body ends too early.")
    return unpacked


def parse_object(body: bytes, *, list_key: str) -> dict[str, Any]:
    """Parse a body that is one JSON object.

    Items of the list under ``list_key`` that cannot be read become :class:`Broken`.

    Raises:
        BadBodyError: the body as a whole is not JSON, or not an object.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        parsed = _parse_in_parts(body, list_key, error)
    if not isinstance(parsed, dict):
        raise BadBodyError("The body is not a JSON object.")
    return parsed


def _parse_in_parts(body: bytes, list_key: str, error: orjson.JSONDecodeError) -> Any:
    cut = _cut_list(body, list_key.encode())
    if cut is None:
        whole = _parse_alone(body)
        if isinstance(whole, Broken):
            raise BadBodyError(f"The body is not JSON: {error}") from error
        return whole
    start, end, items = cut
    envelope = _parse_alone(body[:start] + b"[]" + body[end:])
    if not isinstance(envelope, dict):
        raise BadBodyError(f"The body is not JSON: {error}") from error
    envelope[list_key] = [_parse_alone(item) for item in items]
    return envelope


def _parse_alone(raw: bytes) -> Any:
    """Parse one value; text that is no Unicode is mended with U+FFFD, all else must be JSON."""
    if _is_too_deep(raw):
        return Broken(raw, "too_deep", f"Nested deeper than {MAX_DEPTH} levels; flatten it.")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        reason = f"Not JSON: {error}"
    try:
        lenient = json.loads(raw.decode("utf-8", "replace"), parse_constant=_refuse_constant)
        text = json.dumps(lenient, ensure_ascii=False)
        mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return orjson.loads(mended)
    except (ValueError, RecursionError):
        return Broken(raw, "bad_json", reason)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _is_too_deep(raw: bytes) -> bool:
    depth = 0
    for found in _TOKEN.finditer(raw):
        token = found.group()
        if token in _OPENING:
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token in _CLOSING:
            depth -= 1
    return False


def _cut_list(body: bytes, list_key: bytes) -> tuple[int, int, list[bytes]] | None:
    """Find the list under ``list_key`` of the outermost object: start, end and its items' bytes."""
    depth = 0
    key = b""
    start = item_start = -1
    items: list[bytes] = []
    for found in _TOKEN.finditer(body):
        token = found.group()
        if token in _OPENING:
            depth += 1
            if depth == 2 and token == b"[" and key == b'"' + list_key + b'"' and start < 0:
                start, item_start = found.start(), found.end()
        elif token in _CLOSING:
            depth -= 1
            if depth == 1 and start >= 0:
                last = body[item_start : found.start()].strip()
                return start, found.end(), [*items, last] if last or items else items
        elif token == b"," and depth == 2 and start >= 0:
            items.append(body[item_start : found.start()].strip())
            item_start = found.end()
        elif token[:1] == b'"' and depth == 1:
            key = token
    return None
