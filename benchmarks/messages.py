"""Messages as a product's SDK sends them, cheap to make: a batch is a template and a number."""

import json
import random
from datetime import UTC, datetime
from typing import Any

PEOPLE = 5_000
EVENTS = (
    "Logged In", "Feature Used", "Core Feature Used", "Onboarding Step Completed",
    "Teammate Invited", "Pricing Viewed", "Data Exported", "Page Scrolled",
)  # fmt: skip
NUMBER = "@number@"
CONTEXT = {
    "library": {"name": "analytics.js", "version": "5.2.0"},
    "page": {"path": "/projects", "title": "Projects", "url": "https://app.example/projects"},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "locale": "en-US",
    "ip": "192.0.2.7",
}


def message(place: int, chance: random.Random) -> dict[str, Any]:
    """One message of about 600 bytes; its id holds NUMBER."""
    return {
        "type": "track",
        "userId": f"user-{chance.randrange(PEOPLE)}",
        "event": chance.choice(EVENTS),
        "messageId": f"bench-{NUMBER}-{place}",
        "timestamp": datetime.now(UTC).isoformat(),
        "properties": {
            "feature": f"feature-{chance.randrange(12)}",
            "session_id": f"session-{chance.randrange(2_000)}",
            "percent": chance.randrange(101),
            "plan": "trial",
            "workspace": f"workspace-{chance.randrange(1_000)}",
        },
        "context": CONTEXT,
    }


def templates(size: int, count: int = 50) -> list[bytes]:
    """``count`` different bodies for ``/v1/batch`` of ``size`` messages each."""
    chance = random.Random(7)  # repeatable
    return [
        json.dumps({"batch": [message(n, chance) for n in range(size)]}).encode()
        for _ in range(count)
    ]


def filled(template: bytes, number: str) -> bytes:
    """The body with message ids of its own."""
    return template.replace(NUMBER.encode(), number.encode())


def singles(count: int = 500) -> list[bytes]:
    """Bodies for ``/v1/track``."""
    chance = random.Random(8)  # repeatable
    return [json.dumps(message(0, chance)).encode() for _ in range(count)]
