"""The order in which messages arrive, and how they are cut into requests, changes nothing."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.ingest import ingest, read_message
from leads.models import Event, Lead, Source, Trial
from tests.depth import EXAMPLES
from tests.factories.leads import AT, SignalMappingFactory, SourceFactory, message

PEOPLE = 3
Told = tuple[str, dict[str, Any]]  # namespace, raw message


class _RollBackError(Exception):
    pass


def _user(person: int, extra: bool) -> str:
    return f"user-{person}{'-old' if extra else ''}"


@st.composite
def stories(draw: st.DrawFn) -> list[Told]:
    """Messages about three people, each with ids of two systems, an e-mail and anonymous ids."""
    told: list[Told] = []
    count = draw(st.integers(1, 12))
    for number in range(count):
        person = draw(st.integers(0, PEOPLE - 1))
        namespace = draw(st.sampled_from(["", "", "billing"]))
        user = _user(person, extra=False)
        anonymous = f"anon-{person}-{draw(st.integers(0, 1))}-{namespace}"
        minutes = draw(st.integers(0, 3))
        fields: dict[str, Any] = {
            "messageId": f"m{number}",
            "timestamp": (AT - timedelta(minutes=minutes)).isoformat(),
        }
        kind = draw(st.sampled_from(["track", "identify", "identify", "alias", "group"]))
        ids = draw(st.sampled_from(["user", "anonymous", "both"]))
        if kind == "alias":
            # The old id is a user id in one system only, and this says whose it is.
            fields |= {"previousId": draw(st.sampled_from([anonymous, f"{user}-old"]))}
            ids = "user"
        if ids in {"user", "both"}:
            fields["userId"] = user
        if ids in {"anonymous", "both"}:
            fields["anonymousId"] = anonymous
        if kind == "group":
            # Times of groups differ, for the accounts' ids, which break ties, are given by arrival.
            fields["timestamp"] = (AT - timedelta(seconds=number)).isoformat()
            fields |= {
                "groupId": draw(st.sampled_from(["g1", "g2"])),
                "traits": {"plan": draw(st.sampled_from(["free", "pro"])), "employees": number},
            }
        if kind == "identify":
            fields["traits"] = draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "email": st.just(f"p{person}@company.example"),
                        "title": st.sampled_from(["VP", "Engineer", None]),
                        "plan": st.sampled_from([1, 1.0, True, "x"]),
                        "createdAt": st.sampled_from(["2026-01-01", "2026-02-01"]),
                        "trialEndsAt": st.sampled_from(["2026-03-01", "2025-03-01"]),
                    },
                )
            )
        told.append((namespace, message(kind, **fields)))
    return told


def _told(story: Sequence[Told], cuts: Sequence[int], sources: dict[str, Source]) -> Any:
    """Tell a story to an empty workspace, cut into requests; return what became of it."""
    found: Any = None
    try:
        with transaction.atomic():
            edges = [0, *sorted(cuts), len(story)]
            for start, end in pairwise(edges):
                for namespace, source in sources.items():
                    part = [raw for space, raw in story[start:end] if space == namespace]
                    messages = [read_message(_copy(raw), received_at=AT) for raw in part]
                    ingest(messages, source=source, received_at=AT)
            found = _found()
            raise _RollBackError
    except _RollBackError:
        return found


def _copy(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: dict(value) if isinstance(value, dict) else value for key, value in raw.items()}


def _found() -> Any:
    people = set()
    for lead in Lead.objects.living().select_related("account"):
        events = frozenset(
            Event.objects.filter(lead=lead).values_list("source__namespace", "message_id")
        )
        trials = frozenset(
            Trial.objects.filter(lead=lead).values_list(
                "product", "started_at", "start_is_stated", "ends_at"
            )
        )
        account = lead.account
        people.add(
            (
                events,
                trials,
                lead.email,
                lead.title,
                repr(sorted(lead.attributes.items())),
                account and (account.external_id, repr(sorted(account.attributes.items()))),
                lead.hits.count(),
            )
        )
    return people


@pytest.fixture
def sources() -> dict[str, Source]:
    made = {"": SourceFactory.create(), "billing": SourceFactory.create(namespace="billing")}
    SignalMappingFactory.create(signal__product=made[""].product)
    return made


@pytest.mark.django_db
@given(data=st.data())
@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck))
def test_order_and_batches_do_not_matter(sources: dict[str, Source], data: st.DataObject) -> None:
    story = data.draw(stories())
    shuffled = data.draw(st.permutations(story))
    cuts = data.draw(st.lists(st.integers(0, len(story)), max_size=4))
    assert _told(story, [], sources) == _told(shuffled, cuts, sources)
