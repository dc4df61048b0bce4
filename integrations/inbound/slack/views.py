"""The door for clicks in Slack. It answers within three seconds, whatever happens."""

import logging
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import doorbell
from integrations.inbound.slack import acting
from integrations.inbound.slack.acting import NotDoneError
from integrations.inbound.slack.modal import refused
from integrations.inbound.slack.payload import BadPayloadError, Click, Submission, read
from integrations.inbound.slack.signing import is_from_slack
from integrations.outbound.secrets import MissingSecretError, secret
from integrations.outbound.slack.client import SlackProblem, call, client
from routing.models.qualification import RejectReason

logger = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
BUSY = "Ripeline cannot do that at the moment. Try again in a minute."


@csrf_exempt
@require_POST
def actions(request: HttpRequest) -> HttpResponse:
    """A click on a message, or the form it opened."""
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
            return HttpResponse("Too large.\n", status=413, content_type="text/plain")
        body = request.body
    except (ValueError, UnreadablePostError, OSError):
        return HttpResponse("Unreadable.\n", status=400, content_type="text/plain")
    if not is_from_slack(body, request.headers):
        return HttpResponse("Not signed by Slack.\n", status=401, content_type="text/plain")
    try:
        given = read(body)
    except BadPayloadError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain")
    if isinstance(given, Click):
        return _click(given)
    return _submit(given) if isinstance(given, Submission) else HttpResponse()


def _click(given: Click) -> HttpResponse:
    try:
        form = acting.click(given, at=timezone.now())
        if form is None:
            doorbell.ring_sender()
        else:
            _ask(given, form)
    except NotDoneError as error:
        _whisper(given, str(error))
    except (DatabaseError, InterfaceError) as error:
        logger.error("A click in Slack failed: %s", type(error).__name__)
        _whisper(given, BUSY)
    return HttpResponse()


def _submit(given: Submission) -> HttpResponse:
    try:
        acting.submit(given, at=timezone.now())
    except NotDoneError as error:
        lacks_note = given.reason == RejectReason.OTHER and not given.note.strip()
        field = "note" if lacks_note else "reason"
        return JsonResponse(refused(str(error), field=field))
    except (DatabaseError, InterfaceError) as error:
        logger.error("A form of Slack failed: %s", type(error).__name__)
        return JsonResponse(refused(BUSY))
    doorbell.ring_sender()
    return HttpResponse()  # an empty answer closes the form


def _ask(given: Click, form: dict[str, Any]) -> None:
    """Open the form; Slack lets us for three seconds after the click."""
    if not _tell("views_open", trigger_id=given.trigger_id, view=form):
        _whisper(given, "Slack did not open the form. Click again, or open the PQL.")


def _whisper(given: Click, text: str) -> None:
    """Say something to who clicked, and to nobody else."""
    _tell("chat_postEphemeral", channel=given.channel, user=given.slack_id, text=text)


def _tell(method: str, **arguments: Any) -> bool:
    try:
        call(client(secret(acting.TOKEN_NAME), timeout=acting.QUICK_S), method, **arguments)
    except (SlackProblem, MissingSecretError) as error:
        logger.warning("Slack was not told of a click: %s", error)
        return False
    return True
