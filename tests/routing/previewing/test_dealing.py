"""Those who would enter are dealt by the live rules, as far as these go, and nothing is written."""

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from routing.dealing.conditions import read_conditions
from routing.dealing.rules import Pool, Rule
from routing.models import (
    DealTurn,
    Pilot,
    PilotCase,
    Qualification,
    Rep,
    ReviewPolicy,
    RoutingDecision,
    RuleSet,
    Territory,
)
from routing.previewing import Dealt, deal_entering
from routing.previewing.dealing import NOWHERE
from rubrics.models import Preview, PreviewLead
from tests.factories.routing import RepFactory
from tests.factories.rubrics import AT, DOCUMENT, AccountFactory, LeadFactory, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def preview() -> Preview:
    version = make_version()
    return Preview.objects.create(
        product=version.rubric.product,
        rubric=version.rubric,
        label="Draft",
        document={
            **DOCUMENT,
            "bands": [{"name": "Warm", "at_least": 0}, {"name": "Hot", "at_least": 100}],
        },
        started_at=AT,
        finished_at=AT,
        state="done",
    )


def go_live(*rules: Rule) -> None:
    RuleSet.objects.create(
        number=1, status="live", document=[rule.document for rule in rules],
        created_at=AT, published_at=AT,
    )  # fmt: skip


def enter(preview: Preview, *totals: int, **attributes: Any) -> list[Lead]:
    """As many leads who would become PQLs, each worth so much by the draft."""
    leads = [LeadFactory.create(account__attributes=attributes) for _ in totals]
    PreviewLead.objects.bulk_create(
        PreviewLead(
            preview=preview, lead=lead, movement="entered", then_fit=30, then_behavior=total - 30,
            then_total=total, then_rubric=preview.rubric.name if preview.rubric else "",
        )
        for lead, total in zip(leads, totals, strict=True)
    )  # fmt: skip
    return leads


def dealt(preview: Preview, leads: list[Lead]) -> Dealt:
    return deal_entering(preview, [lead.pk for lead in leads], at=AT)


def test_limits_are_hard_and_the_rest_is_nobodys(preview: Preview) -> None:
    few, more, off = (
        RepFactory.create(max_open=2),
        RepFactory.create(max_new_a_day=4),
        RepFactory.create(is_available=False),
    )
    found = dealt(preview, enter(preview, *[90] * 9))
    assert found.reps == {few.pk: 2, more.pk: 4}
    assert off.pk not in found.reps
    assert (found.nobodys, found.reviewed, found.waiting) == (3, 0, 0)
    assert found.rules == {"Fallback: everybody in turn": 6}


def test_rules_ask_for_what_the_draft_would_give(preview: Preview) -> None:
    senior, junior = RepFactory.create_batch(2)
    hot = read_conditions([{"field": "band", "op": "is", "value": "Hot"}])
    go_live(Rule("hot", "Hot ones", hot, pool=Pool.REPS, reps=(senior.pk,)),
            Rule("rest", "The rest", pool=Pool.REPS, reps=(junior.pk,)))  # fmt: skip
    found = dealt(preview, enter(preview, 99, 100, 120))
    assert found.reps == {senior.pk: 2, junior.pk: 1}
    assert found.rules == {"Hot ones": 2, "The rest": 1}


def test_a_draft_that_cannot_be_read_again_still_has_its_numbers(preview: Preview) -> None:
    rep = RepFactory.create()
    many = read_conditions([{"field": "total", "op": "at_least", "value": 100}])
    go_live(Rule("many", "Many points", many, pool=Pool.REPS, reps=(rep.pk,)))
    Preview.objects.update(document={})
    preview.refresh_from_db()
    assert dealt(preview, enter(preview, 99, 100)).rules["Many points"] == 1


def test_territories_are_counted_and_deal(preview: Preview) -> None:
    europe, other = RepFactory.create_batch(2)
    for name, countries, reps in (("DACH", ["DE"], [europe]), ("Big", [], [])):
        Territory.objects.create(
            name=name, countries=countries, employees_from=None if countries else 1000
        ).reps.set(reps)
    go_live(Rule("area", "By territory", pool=Pool.TERRITORY))
    leads = [
        *enter(preview, 90, 90, country="DE", employees=5000),
        *enter(preview, 90, country="US", employees=5000),
        *enter(preview, 90, country="US"),
    ]
    found = dealt(preview, leads)
    assert found.territories == {"DACH": 2, "Big": 1, NOWHERE: 1}
    assert found.rules == {"By territory": 2, "Fallback: everybody in turn": 2}
    assert found.reps.total() == 4
    assert found.reps[europe.pk] >= 2
    assert other.pk in found.reps


def test_reviews_and_pilots_come_first_as_they_do_live(preview: Preview) -> None:
    chosen, others = RepFactory.create(), RepFactory.create()
    pilot = Pilot.objects.create(name="March", starts_at=AT, ends_at=AT.replace(month=4), share=50)
    pilot.reps.add(chosen)
    low = [{"field": "total", "op": "at_most", "value": 80}]
    ReviewPolicy.objects.create(name="Low", conditions=low)
    leads = enter(preview, 80, *[90] * 20)
    found = dealt(preview, leads)
    arms = Counter(pilot.terms.arm_of(lead.pk) for lead in leads[1:])
    assert found.reviewed == 1
    assert found.reps == {chosen.pk: arms["pilot"], others.pk: arms["comparison"]}  # type: ignore[index]  # a StrEnum


def test_waits_where_a_rule_says_so(preview: Preview) -> None:
    rep = RepFactory.create(working_hours={"sat": [["09:00", "10:00"]]})
    document = Rule("wait", "Later", pool=Pool.REPS, reps=(rep.pk,)).document
    RuleSet.objects.create(
        number=1, status="live", document=[{**document, "closed": "wait"}], created_at=AT,
        published_at=AT,
    )  # fmt: skip
    found = dealt(preview, enter(preview, 90))
    assert (found.waiting, found.nobodys, found.reps.total()) == (1, 0, 0)


def test_nothing_is_written_and_more_leads_ask_no_more(preview: Preview) -> None:
    RepFactory.create_batch(3)
    account = AccountFactory.create()
    leads = enter(preview, *[90] * 12)
    Lead.objects.update(account=account)

    def asked(few: list[Lead]) -> int:
        with CaptureQueriesContext(connection) as queries:
            dealt(preview, few)
        assert all(query["sql"].startswith("SELECT") for query in queries)
        return len(queries)

    asked(leads[:1])
    assert asked(leads[:2]) == asked(leads)
    assert not any(
        model.objects.exists() for model in (Qualification, DealTurn, RoutingDecision, PilotCase)
    )
    assert not Rep.objects.exclude(last_dealt_at=None).exists()
