"""The official Segment library for Python against a running installation."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from segment.analytics.client import Client

from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CREATE = """
from leads.services import create_source
from leads.models import Product
product = Product.objects.create(key="{name}", name="{name}")
print("KEY", create_source(name="{name}", product=product)[1])
"""


@pytest.fixture
def write_key(stack: Stack) -> str:
    """The write key of a fresh source of a fresh product."""
    name = f"sdk-{uuid4().hex[:8]}"
    output = stack.manage("shell", "-c", CREATE.format(name=name)).stdout
    return next(line for line in output.splitlines() if line.startswith("KEY ")).split()[1]


def send(stack: Stack, write_key: str, calls: Callable[[Client], Any], **options: Any) -> list[Any]:
    """Make calls with the library, wait until it has sent them, and return its errors."""
    errors: list[Any] = []
    client = Client(
        write_key,
        host=stack.url,
        on_error=lambda error, batch: errors.append((error, batch)),
        upload_interval=0.1,
        **options,
    )
    calls(client)
    client.flush()
    client.shutdown()
    return errors


def every_call(run: str) -> Callable[[Client], None]:
    """Every method of the library, for 30 people; message ids are the same for one ``run``."""
    happened = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def calls(client: Client) -> None:
        for n in range(30):
            ids = {"user_id": f"{run}-user-{n}", "timestamp": happened}
            anonymous = f"{run}-anonymous-{n}"
            client.page(anonymous_id=anonymous, name="Pricing", message_id=f"{run}-page-{n}")
            client.identify(
                **ids,
                anonymous_id=anonymous,
                traits={"email": f"{run}-{n}@company.example", "jobTitle": "VP"},
                message_id=f"{run}-identify-{n}",
            )
            client.group(
                **ids,
                group_id=f"{run}-company",
                traits={"employees": 250},
                message_id=f"{run}-group-{n}",
            )
            client.track(**ids, event="Invited", message_id=f"{run}-track-{n}")
            client.screen(**ids, name="Home", message_id=f"{run}-screen-{n}")
            client.alias(f"{run}-old-{n}", f"{run}-user-{n}", message_id=f"{run}-alias-{n}")

    return calls


def counts(stack: Stack, run: str) -> tuple[int, int, int]:
    """Return events, distinct message ids and living leads of a run."""
    (found,) = stack.query(
        "SELECT count(*), count(DISTINCT e.message_id), count(DISTINCT e.lead_id)"
        " FROM leads_event e JOIN leads_lead l ON l.id = e.lead_id AND l.merged_into_id IS NULL"
        " WHERE starts_with(e.message_id, %s)",
        [run],
    )
    return found[0], found[1], found[2]


@pytest.mark.parametrize("options", [{}, {"gzip": True}], ids=["plain", "gzip"])
def test_every_event_arrives_once(stack: Stack, write_key: str, options: dict[str, Any]) -> None:
    run = uuid4().hex[:8]
    assert not send(stack, write_key, every_call(run), **options)
    assert counts(stack, run) == (180, 180, 30)
    (company,) = stack.query(
        "SELECT a.attributes->>'employees', count(l.id) FROM leads_account a"
        " JOIN leads_lead l ON l.account_id = a.id WHERE a.external_id = %s GROUP BY 1",
        [f"{run}-company"],
    )
    assert company == ("250", 30)
    before = stack.query("SELECT count(*), max(id) FROM leads_event")
    assert not send(stack, write_key, every_call(run), **options)
    assert stack.query("SELECT count(*), max(id) FROM leads_event") == before


def test_wrong_key_is_refused_at_once(stack: Stack) -> None:
    started = time.monotonic()
    errors = send(stack, "wrong", lambda client: client.track(user_id="u1", event="E"))
    assert len(errors) == 1
    assert "unauthorized" in str(errors[0][0])
    assert time.monotonic() - started < 10


def test_events_survive_a_database_restart(stack: Stack, write_key: str) -> None:
    run = uuid4().hex[:8]

    def calls(client: Client) -> None:
        stack.kill9("postgres", wait=False)
        every_call(run)(client)

    assert not send(stack, write_key, calls)
    assert counts(stack, run) == (180, 180, 30)
