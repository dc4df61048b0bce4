"""Messages on their way to Slack: posted once, and brought up to date.

Slack knows no idempotency key. A message whose answer was lost is therefore looked for in its
channel before it is posted again: each carries its delivery's key as metadata. Where the app may
not look, it is posted once more, and then never again (docs/adr/0019).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from slack_sdk import WebClient

from integrations.outbound.outcomes import Failed, Outcome, PerhapsSent, Sent
from integrations.outbound.slack.client import SlackProblem, call, client

EVENT_TYPE = "ripeline_delivery"
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far Slack's clock and ours may be apart when a message is looked for."""
LOOKED_THROUGH = 200
POST_WITHIN_S = 40.0
"""After the claim: the lease (60 s) less what a call may take, and some more."""
CANNOT_LOOK = {
    "missing_scope",
    "no_permission",
    "not_in_channel",
    "method_not_supported_for_channel_type",
}
TWICE = "It may be there twice: the answer to an attempt before was lost."


@dataclass(frozen=True, slots=True)
class Learned:
    """Who somebody is in Slack, and the channel between them and the app."""

    slack_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """A channel, or a person; a person's channel is found on the way where it is not known."""

    channel: str = ""
    slack_id: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: the blocks, and the text for where blocks are not shown."""

    text: str
    blocks: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Post:
    """A new message. ``doubted_at`` is when an attempt began whose end nobody knows."""

    token: str
    to: Addressee
    words: Words
    key: str
    doubted_at: datetime | None
    doubts: int

    def send(self) -> Outcome:
        web = client(self.token)
        began = monotonic()
        learned: Learned | None = None
        try:
            channel = self.to.channel
            if not channel:
                learned = self._find(web)
                channel = learned.channel
            note = ""
            if self.doubted_at is not None:
                if found := self._look(web, channel, self.doubted_at):
                    return Sent(found, channel, learned)
                note = TWICE if found is None and self.doubts else ""
            if monotonic() - began > POST_WITHIN_S:
                # The lease may end before the answer comes: somebody else would post it too.
                return Failed("Slack was too slow to begin with.", learned=learned)
            return self._post(web, channel, learned, note)
        except SlackProblem as problem:
            return replace(problem.outcome, learned=learned)

    def _find(self, web: WebClient) -> Learned:
        """Finding out and opening a channel may be done twice: that leaves no message behind."""
        try:
            slack_id = self.to.slack_id
            if not slack_id:
                answer = call(web, "users_lookupByEmail", email=self.to.email)
                slack_id = answer["user"]["id"]
            opened = call(web, "conversations_open", users=slack_id)
            return Learned(slack_id, opened["channel"]["id"])
        except SlackProblem as problem:
            if isinstance(problem.outcome, Failed):
                sure = replace(problem.outcome, in_doubt=False, may_be_there=False)
                raise SlackProblem(sure, problem.code) from problem
            raise

    def _look(self, web: WebClient, channel: str, since: datetime) -> str | None:
        """The ts of the message where it is there, "" where it is not; None: we may not look."""
        oldest = f"{(since - CLOCKS_DIFFER).timestamp():.6f}"
        cursor = ""
        while True:
            try:
                page = call(
                    web,
                    "conversations_history",
                    channel=channel,
                    oldest=oldest,
                    limit=LOOKED_THROUGH,
                    include_all_metadata=True,
                    cursor=cursor,
                )
            except SlackProblem as problem:
                if problem.code in CANNOT_LOOK:
                    return None
                outcome = problem.outcome
                problem_words = f"Looking whether it is there failed: {outcome.problem}"
                wait = outcome.retry_after if isinstance(outcome, Failed) else None
                raise SlackProblem(Failed(problem_words, wait, may_be_there=True)) from problem
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("delivery") == self.key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return ""

    def _post(self, web: WebClient, channel: str, learned: Learned | None, note: str) -> Outcome:
        try:
            answer = call(
                web,
                "chat_postMessage",
                channel=channel,
                text=self.words.text,
                blocks=self.words.blocks,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"delivery": self.key}},
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
            )
        except SlackProblem as problem:
            outcome = problem.outcome
            if note and isinstance(outcome, Failed) and outcome.in_doubt:
                return PerhapsSent(f"{outcome.problem} For the second time; it is not sent again.")
            raise
        return Sent(str(answer["ts"]), str(answer.get("channel") or channel), learned, note)


@dataclass(frozen=True, slots=True)
class Update:
    """A message brought up to date; doing it twice changes nothing."""

    token: str
    channel: str
    ts: str
    words: Words

    def send(self) -> Outcome:
        try:
            call(
                client(self.token),
                "chat_update",
                channel=self.channel,
                ts=self.ts,
                text=self.words.text,
                blocks=self.words.blocks,
                link_names=False,
            )
        except SlackProblem as problem:
            if isinstance(problem.outcome, Failed):
                return replace(problem.outcome, in_doubt=False, may_be_there=False)
            return problem.outcome
        return Sent(self.ts, self.channel)


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks Slack whether it is back and still knows us."""

    token: str

    def send(self) -> Outcome:
        try:
            call(client(self.token), "auth_test")
        except SlackProblem as problem:
            return problem.outcome
        return Sent()
