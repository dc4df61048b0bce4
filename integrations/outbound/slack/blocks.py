"""A message in Block Kit. Pure. Whatever comes from outside is escaped: nobody's name is
``<!channel>``."""

from collections.abc import Sequence
from typing import Any

from integrations.outbound.telling import Telling, numbers
from routing.models.alert import Severity

Block = dict[str, Any]

SECTION_LENGTH = 2900  # Slack: 3000
FIELD_LENGTH = 1900
LINE_LENGTH = 240
MOST_FIELDS = 10
LINK = "link_"
"""How the ids of buttons begin that only open a page."""
SNOOZES = (("tomorrow", "Until tomorrow"), ("week", "Until next week"))
MARKS = {Severity.HIGH: "🔶 ", Severity.URGENT: "🔴 "}


def escape(text: str) -> str:
    """Text from outside as mrkdwn that shows it and does nothing: no mention, no link."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(c if c >= " " or c == "\n" else " " for c in text)


def short(text: str, length: int) -> str:
    """Cut what is too long, before it is escaped: half an entity is none."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _line(text: str, length: int = LINE_LENGTH) -> str:
    return escape(short(" ".join(text.split()), length))


def fallback(telling: Telling) -> str:
    """What notifications show, and screens that show no blocks; ends in the reference."""
    words = " · ".join(part for part in (telling.title, telling.news) if part)
    return f"{_line(words, 300)} [{_line(telling.reference)}]"


def blocks(telling: Telling) -> list[Block]:
    """The whole message; buttons only while there is something to do."""
    mark = MARKS.get(telling.severity, "")
    found = [_section(f"{mark}*{_link(telling.url, telling.title)}*")]
    found += _digest(telling) if telling.items else _alert(telling)
    if telling.news:
        found.append(_section(f"*{_line(telling.news)}*"))
    if telling.acts_on is not None:
        found.append(_actions(telling.acts_on, telling.url))
    if telling.asks_about is not None:
        found.append(_review(telling.asks_about, telling.url))
    if (task_id := telling.does or telling.undoes) is not None:
        found.append(_task(task_id, telling, with_link=telling.acts_on is None))
    if telling.links:
        found.append(_links(telling.links))
    found.append(_context(_line(telling.reference)))
    return found


def _alert(telling: Telling) -> list[Block]:
    content = telling.content
    found = []
    if content.message:
        found.append(_section(_line(content.message, 400)))
    if telling.about:
        found.append(_section(f"*{_line(telling.about)}*"))
    if fields := [
        _text(f"*{name}*\n{_line(value)}", FIELD_LENGTH) for name, value in numbers(content)
    ]:
        found.append({"type": "section", "fields": fields[:MOST_FIELDS]})
    if content.reasons:
        why = "\n".join(f"• {_line(one.text)} ({one.points:+d})" for one in content.reasons)
        found.append(_section(f"*Why*\n{why}"))
    if content.last_activity:
        found.append(_context(f"Last activity: {_line(content.last_activity)}"))
    if content.suggested_message:
        lines = escape(short(content.suggested_message, 1500)).splitlines()
        quoted = "\n".join(f"> {line}" for line in lines)
        found.append(_section(f"*You could write*\n{quoted}"))
    return found


def _digest(telling: Telling) -> list[Block]:
    found = []
    for item in telling.items:
        news = f"\n{_line(item.news)}" if item.news else ""
        found.append(_section(f"• {_link(item.url, item.title)}{news}"))
    if telling.more:
        found.append(_context(f"and {telling.more} more"))
    return found


def _actions(qualification_id: int, url: str) -> Block:
    value = str(qualification_id)
    options = [{"text": _plain(text), "value": f"{value}:{key}"} for key, text in SNOOZES]
    return {
        "type": "actions",
        "block_id": f"pql:{value}",
        "elements": [
            _button("pql_accept", "Accept", value, style="primary"),
            _button("pql_reject", "Reject…", value),
            {
                "type": "static_select",
                "action_id": "pql_snooze",
                "placeholder": _plain("Snooze…"),
                "options": options,
            },
            _open(url),
        ],
    }


def _review(qualification_id: int, url: str) -> Block:
    value = str(qualification_id)
    return {
        "type": "actions",
        "block_id": f"review:{value}",
        "elements": [
            _button("review_pass", "Pass on", value, style="primary"),
            _button("review_reject", "Reject…", value),
            _open(url),
        ],
    }


def _task(task_id: int, telling: Telling, *, with_link: bool) -> Block:
    value = str(task_id)
    button = (
        _button("task_done", "Done", value, style="primary")
        if telling.does is not None
        else _button("task_undone", "Not done after all", value)
    )
    elements = [button, _open(telling.url)] if with_link else [button]
    return {"type": "actions", "block_id": f"task:{value}", "elements": elements}


def _open(url: str) -> Block:
    return {"type": "button", "action_id": "pql_open", "text": _plain("Open"), "url": url}


def _links(links: Sequence[tuple[str, str]]) -> Block:
    """Buttons that open pages: nothing happens before somebody says so there."""
    elements = [
        {"type": "button", "action_id": f"{LINK}{number}", "text": _plain(text), "url": url}
        for number, (text, url) in enumerate(links)
    ]
    return {"type": "actions", "elements": elements}


def _button(action: str, text: str, value: str, **more: str) -> Block:
    return {"type": "button", "action_id": action, "text": _plain(text), "value": value, **more}


def _link(url: str, text: str) -> str:
    return f"<{escape(url)}|{_line(text).replace('|', '/')}>" if url else _line(text)


def _section(text: str) -> Block:
    return {"type": "section", "text": _text(text, SECTION_LENGTH)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_text(text, FIELD_LENGTH)]}


def _text(text: str, length: int) -> Block:
    # What is long was cut before it was escaped; this is for entities that made it longer.
    return {
        "type": "mrkdwn",
        "text": text if len(text) <= length else text[:length].rsplit("&", 1)[0],
    }


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}
