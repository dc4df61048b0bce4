"""The validating parser, and the small readers under it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leads.ingest import Message, Refusal, read_message
from leads.ingest.cleaning import clean_text, clean_tree
from leads.ingest.times import BadTimeError, parse_time
from leads.ingest.traits import read_domain, read_email, read_employees, read_technologies
from tests.factories.leads import AT, message


def read(kind: str = "track", **fields: Any) -> Message | Refusal:
    sent_at = fields.pop("sent_at", None)
    raw = message(kind, **({"userId": "u1"} | fields))
    return read_message(raw, received_at=AT, sent_at=sent_at)


def accepted(kind: str = "track", **fields: Any) -> Message:
    found = read(kind, **fields)
    assert isinstance(found, Message), found
    return found


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"userId": None}, "no_person", "userId"),
        ({"userId": "undefined", "anonymousId": "a"}, "junk_id", "userId"),
        ({"userId": "[object Object]"}, "junk_id", "userId"),
        ({"userId": False}, "junk_id", "userId"),
        ({"userId": {"id": 1}}, "junk_id", "userId"),
        ({"anonymousId": 0}, "junk_id", "anonymousId"),
        ({"userId": "x" * 201}, "id_too_long", "userId"),
        ({"messageId": "x" * 100}, "message_id_too_long", "messageId"),
        ({"messageId": ["x"]}, "bad_message_id", "messageId"),
        ({"event": " "}, "no_event_name", "event"),
        ({"event": "x" * 201}, "name_too_long", "event"),
        ({"properties": [1]}, "not_an_object", "properties"),
        ({"timestamp": "1999-12-31"}, "bad_timestamp", "timestamp"),
        ({"originalTimestamp": "soon"}, "bad_timestamp", "originalTimestamp"),
        ({"type": "delete"}, "unknown_type", "type"),
        ({"context": {"groupId": "null"}}, "junk_id", "groupId"),
        ({"properties": {"x": "y" * 33_000}}, "message_too_large", ""),
        ({"properties": {str(n): n for n in range(2_100)}}, "too_many_keys", ""),
    ],
)
def test_refusals_name_field_and_reason(fields: dict[str, Any], code: str, field: str) -> None:
    found = read(**fields)
    assert isinstance(found, Refusal)
    assert (found.code, found.field) == (code, field)
    assert found.reason.endswith(".")


@pytest.mark.parametrize(
    ("value", "text"), [(17, "17"), (17.0, "17"), (" u1 ", "u1"), (1.5, "1.5"), ("u\x001", "u1")]
)
def test_person_ids_are_text(value: Any, text: str) -> None:
    assert accepted(userId=value).user_id == text


def test_alias_and_group_need_their_ids() -> None:
    assert isinstance(read("alias"), Refusal)
    assert isinstance(read("alias", userId=None, anonymousId="a", previousId="b"), Refusal)
    assert isinstance(read("group"), Refusal)
    assert accepted("group", groupId=5).group_id == "5"
    assert accepted("alias", previousId="u0").previous_id == "u0"


def test_message_without_an_id_gets_a_name_that_says_so() -> None:
    one, two = accepted(), accepted()
    assert one.message_id.startswith("none-")
    assert one.message_id != two.message_id


@pytest.mark.parametrize(
    ("stated", "sent", "happened"),
    [
        pytest.param("2026-11-21T11:00:00Z", None, -60, id="as stated"),
        pytest.param("2026-11-21T11:00:00Z", "2026-11-21T11:30:00Z", -60, id="small skew is left"),
        pytest.param("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z", -60, id="large skew mended"),
        pytest.param("2026-11-22T11:00:00Z", None, 23 * 60, id="a day ahead is left"),
        pytest.param("2026-11-22T13:00:00Z", None, 0, id="further ahead is overruled"),
        pytest.param(None, None, 0, id="unstated"),
        pytest.param(1795262400, None, 0, id="seconds"),
        pytest.param(1795262400000, None, 0, id="milliseconds"),
        pytest.param("2026-11-21T13:00:00+02:00", None, -60, id="with a zone"),
    ],
)
def test_times(stated: Any, sent: str | None, happened: int) -> None:
    sent_at = datetime.fromisoformat(sent) if sent else None
    found = accepted(timestamp=stated, sent_at=sent_at)
    assert found.occurred_at == AT + timedelta(minutes=happened)


def test_overruled_time_is_flagged_and_kept() -> None:
    assert accepted(timestamp="2030-01-01").context == {"$timestamp_overruled": "2030-01-01"}


def test_parse_time_refuses_what_is_none() -> None:
    values: list[Any] = [True, None, [], {}, "", "now", float("inf"), 10**400, "\u0662026-01-01"]
    for value in values:
        with pytest.raises(BadTimeError):
            parse_time(value)
    assert parse_time("2026-11-21") == datetime(2026, 11, 21, tzinfo=UTC)


def test_identify_reads_both_spellings_and_rudder_traits() -> None:
    camel = accepted(
        "identify", traits={"firstName": "A", "jobTitle": "VP", "company": {"employeeCount": "5"}}
    )
    snake = accepted(
        "identify", context={"traits": {"first_name": "A", "job_title": "VP", "role": "admin"}}
    )
    assert camel.lead_attributes["title"] == snake.lead_attributes["title"] == "VP"
    assert camel.lead_attributes["name"] == snake.lead_attributes["name"] == "A"
    assert snake.lead_attributes["role"] == "admin"
    assert camel.account_attributes == {}  # it names no account


def test_company_facts_go_to_the_account_the_message_names() -> None:
    found = accepted(
        "identify",
        traits={"employees": 40, "plan": "pro", "company": {"industry": "SaaS"}},
        context={"groupId": "g1"},
    )
    assert found.group_id == "g1"
    assert found.account_attributes == {"employees": 40, "industry": "SaaS"}
    assert found.lead_attributes["plan"] == "pro"


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (250, 250),
        ("51-250", 51),
        ("1,001-5,000 employees", 1001),
        ("10.001+ ", 10.001),
        ("10 000+", 10000),
        ("many", None),
        (True, None),
        (-5, None),
        (None, None),
    ],
)
def test_employees(value: Any, count: float | None) -> None:
    assert read_employees(value) == count


def test_small_readers() -> None:
    assert read_email(" A.B+c@Gmail.com ") == "a.b+c@gmail.com"
    assert read_email("no at") is read_email(5) is read_email("a@b@c") is None
    assert read_domain("https://www.Acme.example:8443/x?y") == "acme.example"
    assert read_domain("acme.example") == "acme.example"
    assert read_domain("localhost") is read_domain("http://[") is read_domain(1) is None
    assert read_technologies("a, b,, a") == ["a", "b"]
    assert read_technologies(["a", 1, " b "]) == ["a", "b"]
    assert read_technologies(5) is None


def test_cleaning() -> None:
    tree = {"a\x00": ["x\x00", 2**60, {"\ud800": "\udc00"}], "ok": 1.5, "big": -(2**70)}
    assert clean_tree(tree) == {
        "a": ["x", str(2**60), {"\ufffd": "\ufffd"}],
        "ok": 1.5,
        "big": str(-(2**70)),
    }
    assert clean_text("\ud83e\uddff") == "\U0001f9ff"
