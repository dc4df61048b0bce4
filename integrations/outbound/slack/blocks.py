"""A message in Block Kit. Pure. Whatever comes from outside is escaped: nobody's name is
``<!channel>``."""

from datetime import datetime
from typing import Any

from integrations.outbound.telling import Telling

Block = dict[str, Any]

SECTION_LENGTH = 2900  # Slack: 3000
FIELD_LENGTH = 1900
LINE_LENGTH = 240
MOST_LINES = 20
SNOOZES = (("tomorrow", "Until tomorrow"), ("week", "Until next week"))
MARKS = {"high": "🔶 ", "urgent": "🔴 "}


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
    found = [_section(f"{MARKS.get(telling.severity, '')}*{_link(telling.url, telling.title)}*")]
    if telling.lines:
        found += _digest(telling)
    else:
        found += _person(telling)
    if telling.news:
        found.append(_context(f"*{_line(telling.news)}*"))
    if telling.may_act and telling.qualification_id is not None:
        found.append(_actions(telling.qualification_id, telling.url))
    found.append(_context(_line(telling.reference)))
    return found


def _person(telling: Telling) -> list[Block]:
    found = []
    who = " at ".join(_line(part) for part in (telling.who, telling.company) if part)
    if who:
        found.append(
            _section(f"*{who}*" + (f" · {_line(telling.product)}" if telling.product else ""))
        )
    numbers = (("Fit", telling.fit), ("Behavior", telling.behavior), ("Total", telling.total))
    fields = [_text(f"*{name}*\n{_line(value)}", FIELD_LENGTH) for name, value in numbers if value]
    if fields:
        found.append({"type": "section", "fields": fields})
    if telling.reasons:
        why = "\n".join(f"• {_line(reason)}" for reason in telling.reasons)
        found.append(_section(f"*Why*\n{why}"))
    if telling.note:
        found.append(_section(escape(short(telling.note, 800))))
    if telling.last_activity_at is not None:
        found.append(_context(f"Last activity {_moment(telling.last_activity_at)}"))
    if telling.suggested:
        lines = escape(short(telling.suggested, 1500)).splitlines()
        quoted = "\n".join(f"> {line}" for line in lines)
        found.append(_section(f"*You could open with*\n{quoted}"))
    return found


def _digest(telling: Telling) -> list[Block]:
    shown = telling.lines[:MOST_LINES]
    found = [_section(f"• {_link(url, text)}") for text, url in shown]
    if more := len(telling.lines) - len(shown):
        found.append(_context(f"and {more} more"))
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
            {"type": "button", "action_id": "pql_open", "text": _plain("Open"), "url": url},
        ],
    }


def _button(action: str, text: str, value: str, **more: str) -> Block:
    return {"type": "button", "action_id": action, "text": _plain(text), "value": value, **more}


def _link(url: str, text: str) -> str:
    return f"<{escape(url)}|{_line(text).replace('|', '/')}>" if url else _line(text)


def _moment(at: datetime) -> str:
    """Shown by Slack in the reader's own time zone."""
    return (
        f"<!date^{int(at.timestamp())}^{{date_short_pretty}}, {{time}}|{at:%-d %b %Y, %H:%M} UTC>"
    )


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
