"""Slack's Web API, as far as alerts need it: messages, people, direct channels, modals, history."""

import itertools
import json
import time
from collections import Counter
from typing import Any
from urllib.parse import parse_qs

from tests.doubles.server import Double, Fault, Reply, Request

JSON = {"Content-Type": "application/json; charset=utf-8"}


def says(error: str) -> Fault:
    """``ok: false`` with this error; HTTP 200, as Slack does."""
    return Fault(_json({"ok": False, "error": error}))


def busy(seconds: int) -> Fault:
    """429 with Retry-After."""
    reply = _json({"ok": False, "error": "ratelimited"}, 429)
    return Fault(Reply(429, reply.body, {**JSON, "Retry-After": str(seconds)}))


BROKEN = Fault(Reply(500, b"<html>Server error</html>", {"Content-Type": "text/html"}))


def _json(content: dict[str, Any], status: int = 200) -> Reply:
    return Reply(status, json.dumps(content).encode(), JSON)


class SlackDouble(Double):
    """A workspace. ``people`` maps e-mail addresses to member ids."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, str] = {}
        self.messages: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.whispers: list[dict[str, Any]] = []
        self.may_look = True
        self._numbers = itertools.count(1)

    @property
    def api(self) -> str:
        """What SLACK_API_URL is to be."""
        return f"{self.url}/api/"

    def calls(self) -> Counter[str]:
        """How often each method was called."""
        return Counter(request.path.removeprefix("/api/") for request in self.requests)

    def told(self) -> Counter[str]:
        """How often each delivery was posted."""
        with self.lock:
            return Counter(m["metadata"]["event_payload"]["delivery"] for m in self.messages)

    def fail(self, method: str, *faults: Fault) -> None:
        self.break_next(f"/api/{method}", *faults)

    def answer(self, request: Request) -> Reply:
        if not request.headers.get("authorization", "").startswith("Bearer xoxb-"):
            return _json({"ok": False, "error": "invalid_auth"})
        method = request.path.removeprefix("/api/").replace(".", "_")
        found = getattr(self, f"do_{method}", None)
        if found is None:
            return _json({"ok": False, "error": "unknown_method"})
        return _json(found(_arguments(request)))

    # --- The methods ------------------------------------------------------------------------------
    def do_auth_test(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "team": "Double"}

    def do_users_lookupByEmail(self, given: dict[str, Any]) -> dict[str, Any]:
        slack_id = self.people.get(given["email"])
        if slack_id is None:
            return {"ok": False, "error": "users_not_found"}
        return {"ok": True, "user": {"id": slack_id}}

    def do_users_info(self, given: dict[str, Any]) -> dict[str, Any]:
        for email, slack_id in self.people.items():
            if slack_id == given["user"]:
                return {"ok": True, "user": {"id": slack_id, "profile": {"email": email}}}
        return {"ok": False, "error": "user_not_found"}

    def do_conversations_open(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": given["users"].replace("U", "D", 1)}}

    def do_chat_postMessage(self, given: dict[str, Any]) -> dict[str, Any]:
        ts = f"{time.time():.3f}{next(self._numbers):03d}"
        self.messages.append({**given, "ts": ts, "at": time.time()})
        return {"ok": True, "channel": given["channel"], "ts": ts}

    def do_chat_update(self, given: dict[str, Any]) -> dict[str, Any]:
        for message in self.messages:
            if (message["channel"], message["ts"]) == (given["channel"], given["ts"]):
                message |= {"text": given["text"], "blocks": given["blocks"]}
                message["updates"] = message.get("updates", 0) + 1
                return {"ok": True, "channel": given["channel"], "ts": given["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def do_conversations_history(self, given: dict[str, Any]) -> dict[str, Any]:
        if not self.may_look:
            return {"ok": False, "error": "missing_scope"}
        found = [
            {"ts": m["ts"], "text": m["text"], "metadata": m["metadata"]}
            for m in reversed(self.messages)
            if m["channel"] == given["channel"] and float(m["ts"]) >= float(given["oldest"])
        ]
        start, size = int(given.get("cursor") or 0), int(given["limit"])
        more = str(start + size) if start + size < len(found) else ""
        page = found[start : start + size]
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": more}}

    def do_views_open(self, given: dict[str, Any]) -> dict[str, Any]:
        self.views.append(given)
        return {"ok": True, "view": {"id": f"V{len(self.views)}"}}

    def do_chat_postEphemeral(self, given: dict[str, Any]) -> dict[str, Any]:
        self.whispers.append(given)
        return {"ok": True, "message_ts": "1.0"}


def _arguments(request: Request) -> dict[str, Any]:
    if "json" in request.headers.get("content-type", ""):
        found: dict[str, Any] = json.loads(request.body)
        return found
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
