"""Whatever is sent: no 500, no row that breaks a page later, and good neighbours are kept."""

from collections.abc import Iterator
from unittest.mock import patch

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.inbound import sources
from leads.ingest import Message, Refusal, read_message
from leads.models import (
    Account,
    AttributeChange,
    Event,
    Identity,
    Lead,
    RejectedMessage,
    Source,
    Trial,
)
from tests.depth import EXAMPLES
from tests.factories.leads import AT, SourceFactory, write_key_of
from tests.integrations.inbound.segment import kinds_of_bad

KINDS = list(kinds_of_bad.messages())
BATCH = 60


@pytest.fixture(autouse=True)
def _no_workers() -> Iterator[None]:
    sources.forget_sources()
    with patch("integrations.doorbell.ring"):
        yield


@pytest.fixture
def source() -> Source:
    return SourceFactory.create()


def post(source: Source, body: bytes) -> tuple[int, dict[str, object]]:
    response = Client().post(
        "/v1/batch",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {write_key_of(source)}"},
    )
    return response.status_code, orjson.loads(response.content)


def load_everything() -> None:
    """Read every row that ingest can write, as pages and exports do."""
    for model in (Event, Lead, Account, AttributeChange, Identity, Trial, RejectedMessage):
        for row in model._default_manager.all():
            str(row)
            values = {field.attname: getattr(row, field.attname) for field in model._meta.fields}
            str(values).encode()


@pytest.mark.django_db
@pytest.mark.parametrize("start", range(0, len(KINDS), BATCH))
def test_bad_messages_in_batches_with_good_neighbours(source: Source, start: int) -> None:
    parts = []
    kinds = KINDS[start : start + BATCH]
    for number, (_, raw) in enumerate(kinds):
        good = {"type": "track", "event": "Good", "userId": f"good-{number}"}
        parts += [raw, orjson.dumps(good)]
    body = b'{"batch": [' + b", ".join(parts) + b"]}"
    status, answer = post(source, body)
    assert status == 200, [name for name, _ in kinds]
    assert Event.objects.filter(name="Good").count() == len(kinds)
    accepted, set_aside = answer["accepted"], answer.get("set_aside", [])
    assert isinstance(accepted, int)
    assert isinstance(set_aside, list)
    assert accepted + len(set_aside) + int(str(answer["duplicates"])) == len(parts)
    assert RejectedMessage.objects.count() == len(set_aside)
    load_everything()


@pytest.mark.django_db
@pytest.mark.parametrize("name", kinds_of_bad.bodies())
def test_bad_bodies(source: Source, name: str) -> None:
    status, _ = post(source, kinds_of_bad.bodies()[name])
    assert status in {200, 400}
    load_everything()


def test_there_are_enough_kinds() -> None:
    assert len(KINDS) > 1_000


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        "type", "messageId", "event", "userId", "anonymousId", "timestamp", "sentAt", "context",
        "properties", "traits", "groupId", "previousId", "name", "category",
    ]
)  # fmt: skip


@given(raw=st.dictionaries(NAMES, TREES) | TREES, kind=st.sampled_from(["track", "identify"]))
@settings(max_examples=10 * EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
def test_parser_answers_whatever_it_reads(raw: object, kind: str) -> None:
    if isinstance(raw, dict):
        raw = {"type": kind, "userId": "u1", "event": "E"} | raw
    read = read_message(raw, received_at=AT)
    assert isinstance(read, Message | Refusal)
    if isinstance(read, Message):
        assert "\x00" not in read.message_id + read.name + read.session
        assert 2000 <= read.occurred_at.year <= 2026
        assert max(len(read.name), len(read.session), len(read.user_id or "")) <= 200
    else:
        assert read.reason
        assert len(read.raw) <= 32 * 1024
