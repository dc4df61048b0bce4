"""The doors of the Segment API. A 200 means committed; nothing here redirects or asks a cookie."""

import base64
import binascii
import logging
import re
from datetime import datetime
from typing import Any

import orjson
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from integrations import doorbell
from integrations.inbound.body import (
    MAX_BODY_BYTES,
    BadBodyError,
    BodyTooLargeError,
    parse_object,
    unpack,
)
from integrations.inbound.segment.mapping import BATCH, BadBatchError, read_request
from integrations.inbound.sources import source_with_key
from leads.ingest import IngestResult, Refusal, ingest
from leads.ingest.reading import refusal
from leads.models import Source

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
# Libraries repeat the secret in the body; it must not be kept with it.
_KEY_IN_BODY = re.compile(rb'"writeKey"\s*:\s*"[^"]*"\s*,?')
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, X-Retry-Count",
    "Access-Control-Max-Age": "86400",
}


class AnswerError(Exception):
    """Ends a request early with a status and an error body."""

    def __init__(self, status: int, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.field = status, code, message, field


@csrf_exempt
def track(request: HttpRequest, kind: str) -> HttpResponse:
    """Take one message or a batch; answer once it is committed."""
    try:
        if request.method == "OPTIONS":
            return _respond(HttpResponse(status=204))
        if request.method != "POST":
            raise AnswerError(405, "method_not_allowed", "Send messages by POST.")
        return _take(request, kind, timezone.now())
    except AnswerError as answer:
        return _error(answer)
    except (DatabaseError, InterfaceError) as error:
        # Away, full, overloaded, restarting: SDKs hold their events and come back.
        logger.error("Ingest refused, the database failed: %s", error.__class__.__name__)
        return _error(
            AnswerError(503, "unavailable", "The database cannot take events now; try again.")
        )


def _take(request: HttpRequest, kind: str, received_at: datetime) -> HttpResponse:
    source = None
    write_key = _header_key(request)
    if write_key:  # before a byte of the body is read
        source = _source(write_key, received_at)
    body = _read_body(request)
    try:
        body = unpack(body, request.headers.get("Content-Encoding", ""))
        envelope = parse_object(body, list_key=BATCH)
        if source is None:
            in_body = envelope.get("writeKey")
            source = _source(in_body if isinstance(in_body, str) else "", received_at)
        messages = read_request(kind, envelope, received_at=received_at)
    except BodyTooLargeError as error:
        raise AnswerError(413, "body_too_large", str(error)) from error
    except BadBatchError as error:
        raise AnswerError(error.status, error.code, str(error)) from error
    except BadBodyError as error:
        if source is None:
            raise _unauthorized() from error
        # Its sender drops it on a 400, so people can see it only here.
        refused = refusal("bad_json", "", str(error), raw=_KEY_IN_BODY.sub(b"", body))
        ingest([refused], source=source, received_at=received_at)
        raise AnswerError(400, "bad_json", str(error)) from error
    result = ingest(messages, source=source, received_at=received_at)
    if result.has_changed_leads:
        doorbell.ring()
    return _answer(kind, result)


def _answer(kind: str, result: IngestResult) -> HttpResponse:
    if kind != BATCH and result.set_aside:
        _, refused = result.set_aside[0]
        status = 413 if refused.code == "message_too_large" else 400
        raise AnswerError(status, refused.code, refused.reason, refused.field)
    body: dict[str, Any] = {
        "success": True,
        "accepted": result.accepted,
        "duplicates": result.duplicates,
    }
    if result.set_aside:
        body["set_aside"] = [_set_aside(index, refused) for index, refused in result.set_aside]
    return _respond(HttpResponse(orjson.dumps(body), content_type="application/json"))


def _set_aside(index: int, refused: Refusal) -> dict[str, Any]:
    return {
        "index": index,
        "messageId": refused.message_id.encode(errors="replace").decode(),
        "code": refused.code,
        "field": refused.field.encode(errors="replace").decode(),
        "message": refused.reason.encode(errors="replace").decode(),
    }


def _error(answer: AnswerError) -> HttpResponse:
    """An error every SDK understands: Segment's and RudderStack's read `code` and `message`."""
    message = answer.message.encode(errors="replace").decode()
    body = {
        "code": answer.code,
        "message": message,
        "detail": message,
        "status": 0,
        "error": message,
    }
    if answer.field:
        body["field"] = answer.field
    response = HttpResponse(
        orjson.dumps(body), status=answer.status, content_type="application/json"
    )
    if answer.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if answer.status == 405:
        response["Allow"] = "POST, OPTIONS"
    return _respond(response)


def _respond(response: HttpResponse) -> HttpResponse:
    for name, value in CORS.items():
        response[name] = value
    return response


def _unauthorized() -> AnswerError:
    return AnswerError(
        401, "unauthorized", "Unknown write key. Send it as the user name of Basic authentication."
    )


def _source(write_key: str, at: datetime) -> Source:
    source = source_with_key(write_key, at=at) if write_key else None
    if source is None:
        raise _unauthorized()
    return source


def _header_key(request: HttpRequest) -> str:
    """The write key of the Authorization header, '' without one. The colon may be missing."""
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    credentials = credentials.strip()
    if scheme.lower() == "bearer":
        return credentials
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        raise _unauthorized() from None
    return decoded.decode("latin-1").partition(":")[0]


def _read_body(request: HttpRequest) -> bytes:
    """Read at most the limit, by Content-Length or in chunks."""
    too_large = AnswerError(413, "body_too_large", f"At most {MAX_BODY_BYTES} bytes a request.")
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    if length > MAX_BODY_BYTES:
        raise too_large
    try:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            # Django reads by Content-Length only; the server ends this stream itself.
            body: bytes = request.META["wsgi.input"].read(MAX_BODY_BYTES + 1)
        else:
            body = request.body
    except (UnreadablePostError, OSError) as error:
        raise AnswerError(400, "body_unreadable", "The body ended too early.") from error
    if len(body) > MAX_BODY_BYTES:
        raise too_large
    return body
