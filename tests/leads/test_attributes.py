"""Attribute history: the pure fold, and the rows."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.attributes import Span, Statement, canonical, fold, write_statements
from leads.models import AttributeChange, Lead
from tests.factories.leads import AT, LeadFactory


def at(minute: int) -> datetime:
    return AT + timedelta(minutes=minute)


def shown(spans: list[Span]) -> list[tuple[Any, int, int]]:
    """Spans as (value, minute known, minute confirmed)."""
    minute = timedelta(minutes=1)
    return [
        (
            orjson.loads(span.text),
            (span.known_at - AT) // minute,
            (span.confirmed_at - AT) // minute,
        )
        for span in spans
    ]


@pytest.mark.parametrize(
    ("stated", "spans"),
    [
        pytest.param([(1, "a"), (5, "a")], [("a", 1, 5)], id="a repeat confirms"),
        pytest.param([(5, "a"), (1, "a")], [("a", 1, 5)], id="an earlier repeat is known sooner"),
        pytest.param([(1, "a"), (5, "b")], [("a", 1, 1), ("b", 5, 5)], id="a change"),
        pytest.param(
            [(1, "a"), (9, "a"), (5, "b")],
            [("a", 1, 1), ("b", 5, 5), ("a", 9, 9)],
            id="a late contradiction splits",
        ),
        pytest.param(
            [(1, "a"), (5, "b"), (3, "a")], [("a", 1, 3), ("b", 5, 5)], id="a late confirmation"
        ),
        pytest.param([(1, "a"), (5, "b"), (3, "b")], [("a", 1, 1), ("b", 3, 5)], id="known sooner"),
        pytest.param([(1, "a"), (1, "b")], [("b", 1, 1)], id="at one moment the greater counts"),
        pytest.param([(1, "b"), (1, "a")], [("b", 1, 1)], id="whichever came first"),
        pytest.param(
            [(1, "b"), (5, "a"), (9, "b"), (5, "b")],
            [("b", 1, 9)],
            id="a tie that removes a span joins its neighbours",
        ),
        pytest.param([(1, "a"), (5, None)], [("a", 1, 1), (None, 5, 5)], id="null removes"),
        pytest.param([(1, 1), (5, True)], [(1, 1, 1), (True, 5, 5)], id="1 is not true"),
    ],
)
def test_fold(stated: list[tuple[int, Any]], spans: list[tuple[Any, int, int]]) -> None:
    assert shown(fold([], [(at(minute), value) for minute, value in stated])) == spans


STATEMENTS = st.lists(
    st.tuples(st.integers(0, 8).map(at), st.sampled_from(["a", "b", "c", None])), min_size=1
)


@given(statements=STATEMENTS, data=st.data())
def test_newest_value_does_not_depend_on_order(
    statements: list[Statement], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(statements))
    assert fold([], statements)[-1].text == fold([], shuffled)[-1].text
    newest = max(moment for moment, _ in statements)
    expected = max(canonical(value) for moment, value in statements if moment == newest)
    assert fold([], statements)[-1].text == expected


@given(statements=STATEMENTS)
def test_spans_are_in_order_apart_and_different(statements: list[Statement]) -> None:
    spans = fold([], statements)
    for span, following in pairwise(spans):
        assert span.confirmed_at < following.known_at
        assert span.text != following.text
    assert all(span.known_at <= span.confirmed_at for span in spans)
    assert fold(spans, statements) == spans or len(statements) > 1


@pytest.mark.django_db
@given(
    requests=st.lists(
        st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "b", None])), min_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_rows_equal_the_fold(requests: list[list[tuple[int, Any]]]) -> None:
    lead = LeadFactory.create()
    told: list[Statement] = []
    for request in requests:
        stated = [(at(minute), value) for minute, value in request]
        told += stated
        write_statements("lead", {lead.pk: {"plan": stated}})
    rows = AttributeChange.objects.filter(lead=lead).order_by("known_at")
    assert [Span(canonical(r.value), r.known_at, r.confirmed_at) for r in rows] == fold([], told)
    newest = orjson.loads(fold([], told)[-1].text)
    assert Lead.objects.get(pk=lead.pk).attributes.get("plan") == newest


@pytest.mark.django_db
def test_columns_follow_and_long_text_is_cut() -> None:
    lead = LeadFactory.create()
    write_statements("lead", {lead.pk: {"title": [(AT, "x" * 300)], "email": [(AT, None)]}})
    lead.refresh_from_db()
    assert (lead.title, lead.email) == ("x" * 200, "")
    assert lead.attributes == {"title": "x" * 300}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("late", "is_changed"),
    [
        pytest.param((3, "b"), True, id="another value of the past: growth looks back"),
        pytest.param((3, "a"), False, id="what was known already"),
        pytest.param((9, "b"), False, id="the newest value once more"),
        pytest.param((0, "a"), True, id="known sooner"),
    ],
)
def test_what_is_told_late_of_the_past_is_a_change(late: tuple[int, str], is_changed: bool) -> None:
    lead = Lead.objects.create()
    write_statements("lead", {lead.pk: {"plan": [(at(1), "a"), (at(5), "b")]}})
    minute, value = late
    changed = write_statements("lead", {lead.pk: {"plan": [(at(minute), value)]}})
    assert changed == ({lead.pk} if is_changed else set())
    lead.refresh_from_db()
    assert lead.attributes == {"plan": "b"}
