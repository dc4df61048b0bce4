"""Every page of the admin opens, at a cost that does not grow with the rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from integrations.models import ApiToken
from leads.models import (
    Account,
    AccountChange,
    AttributeChange,
    AuditEntry,
    Event,
    EventType,
    Hit,
    Identity,
    Lead,
    LeadChange,
    LeadMerge,
    Outcome,
    Product,
    RejectedMessage,
    RemapJob,
    Signal,
    SignalMapping,
    Source,
    Trial,
)
from routing.models import Qualification
from rubrics.mappers import forget_compiled
from rubrics.models import (
    AccountScore,
    Backtest,
    Criterion,
    DataAudit,
    GoldenLead,
    Preview,
    PreviewLead,
    Proof,
    ProofMismatch,
    Publication,
    Rubric,
    RubricVersion,
    Score,
    ScoreChange,
    SetupGuide,
)
from tests.admin import of_alerts, of_outbound, of_plays, of_reps, of_rules
from tests.world import AT, World, add_lead, make_person, make_world

pytestmark = pytest.mark.django_db

LIST_BUDGET, PAGE_BUDGET = 8, 9  # queries; two of each are the session and the person
BIGGER_LISTS: dict[type[Model], int] = {Criterion: 9}  # tiers, and the signals by name
BIGGER_PAGES: dict[type[Model], int] = {
    **(of_plays.BIGGER_PAGES | of_outbound.BIGGER_PAGES),
    DataAudit: 16,
    RubricVersion: 20,
    Rubric: 11,
    Score: 13,
    AccountScore: 12,
    EventType: 10,
    AuditEntry: 10,
    SetupGuide: 10,
    GoldenLead: 16,  # judged by each version of the rubric that is not retired
    Preview: 20,
}
MODELS: list[type[Model]] = [
    Account,
    AccountChange,
    AttributeChange,
    AuditEntry,
    Event,
    EventType,
    Hit,
    Identity,
    Lead,
    LeadChange,
    LeadMerge,
    Outcome,
    Product,
    RejectedMessage,
    RemapJob,
    Signal,
    SignalMapping,
    Source,
    Trial,
    AccountScore,
    Criterion,
    DataAudit,
    GoldenLead,
    Rubric,
    RubricVersion,
    Score,
    ScoreChange,
    SetupGuide,
    Preview,
    PreviewLead,
    Backtest,
    Proof,
    ProofMismatch,
    Publication,
    Qualification,
    *of_plays.MODELS,
    *(of_outbound.MODELS + of_alerts.MODELS),
    *(of_reps.MODELS + of_rules.MODELS),
    ApiToken,
    Group,
]
READ_ONLY: list[type[Model]] = [
    Account,
    AccountChange,
    AccountScore,
    AttributeChange,
    DataAudit,
    Backtest,
    AuditEntry,
    Event,
    EventType,
    Hit,
    Identity,
    Lead,
    LeadChange,
    LeadMerge,
    PreviewLead,
    Proof,
    ProofMismatch,
    Publication,
    Qualification,
    RemapJob,
    Score,
    ScoreChange,
    Trial,
    *of_plays.READ_ONLY,
    *(of_outbound.READ_ONLY + of_alerts.READ_ONLY),
    *(of_reps.READ_ONLY + of_rules.READ_ONLY),
]


@pytest.fixture
def world() -> World:
    forget_compiled()
    return make_world(leads=4)


def fill(world: World, first: int, last: int) -> None:
    """One row of everything for each number."""
    person = world.rep.user
    for number in range(first, last):
        lead = add_lead(world, number)
        of_plays.fill_plays(world, lead, number)
        of_outbound.fill_outbound(lead, number)
        of_alerts.fill_alerts(lead, number)
        of_reps.fill_reps(world, lead, number)
        of_rules.fill_rules(world, lead, number)
        signal = Signal.objects.create(product=world.product, key=f"s{number}", name=f"S {number}")
        SignalMapping.objects.create(
            signal=signal,
            event_name="Invited",
            source=world.source,
            conditions=[{"property": "a.b", "op": "at_least", "value": 2}],
        )
        event = Event.objects.create(
            received_at=AT,
            occurred_at=AT,
            source=world.source,
            lead=lead,
            kind="track",
            name="Invited",
            message_id=f"m{number}",
            properties={"<b>": "</b>"},
        )
        Hit.objects.create(lead=lead, signal=signal, occurred_at=AT, event_id=event.pk)
        DataAudit.objects.create(
            reason="nightly", started_at=AT, finished_at=AT, state="done", asked_by=person
        )
        RemapJob.objects.create(
            signal_ids=[signal.pk], started_at=AT, finished_at=AT, state="done", asked_by=person
        )
        EventType.objects.create(
            source=world.source, kind="track", name=f"Event {number}", total=1, first_at=AT,
            last_at=AT, first_received_at=AT, last_received_at=AT,
        )  # fmt: skip
        AttributeChange.objects.create(
            lead=lead, name="title", value="VP", known_at=AT, confirmed_at=AT
        )
        LeadChange.objects.create(lead=lead, changed_at=AT)
        account = Account.objects.get(leads=lead)
        AccountChange.objects.create(account=account, changed_at=AT)
        AccountScore.objects.create(
            account=account, product=world.product, rubric=world.rubric, version=world.version,
            at=AT, fit=15, fit_low=15, fit_high=15, behavior=0, total=15, is_pql=False,
            last_activity_at=AT, measures=[1.0], points=[15], changed_at=AT,
        )  # fmt: skip
        other = Lead.objects.create(merged_into=lead)
        LeadMerge.objects.create(winner=lead, loser=other, reason="e-mail", merged_at=AT)
        Outcome.objects.create(lead=lead, product=world.product, kind="churned", occurred_at=AT)
        RejectedMessage.objects.create(
            source=world.source, received_at=AT, code="x", reason="No person.", raw="{"
        )
        Source.objects.create(name=f"Source {number}", product=world.product)
        Product.objects.create(key=f"p{number}", name=f"P {number}")
        rubric = Rubric.objects.create(product=world.product, key=f"r{number}", name=f"R {number}")
        draft = RubricVersion.objects.create(rubric=rubric, number=1)
        AuditEntry.objects.create(
            at=AT,
            by=person,
            action="edited",
            about="rubrics.rubric",
            about_id=world.rubric.pk,
            label="Standard",
            field="name",
            before="A",
            after="B",
        )
        GoldenLead.objects.create(
            rubric=world.rubric,
            key=f"g{number}",
            name=f"G {number}",
            why="Because.",
            at=AT,
            expect={"pql": False},
            facts={"account": {"employees": 60}},
            lead=lead,
            created_at=AT,
            created_by=person,
        )
        proof = Proof.objects.create(
            reason="nightly", started_at=AT, finished_at=AT, state="done", asked_by=person
        )
        ProofMismatch.objects.create(
            proof=proof, kind="differs", lead=lead, rubric=rubric, version=draft, at=AT,
            differences=[["Fit", "1", "2"]],
        )  # fmt: skip
        SetupGuide.objects.create(
            product=world.product, started_at=AT, changed_at=AT, started_by=person
        )
        preview = Preview.objects.create(
            product=world.product, rubric=rubric, version=draft, label=f"R {number} v1",
            started_at=AT, finished_at=AT, state="done", asked_by=person,
            tallies={"seen": {"all": 1}, "moves": {"entered": 1}, "then.pqls": {"all": 1}},
        )  # fmt: skip
        PreviewLead.objects.create(preview=preview, lead=lead, movement="entered", then_total=90)
        Publication.objects.create(
            kind="publish", product=world.product, version=draft, state="done", asked_by=person,
            started_at=AT, finished_at=AT, flipped_at=AT,
        )  # fmt: skip
        Backtest.objects.create(
            version=draft, started_at=AT, finished_at=AT, state="done", asked_by=person, since=AT,
            until=AT + timedelta(days=1), known_until=AT, kinds=["converted"],
        )  # fmt: skip
        Criterion.objects.create(version=draft, key="c", name="C", axis="fit", measure="is_present")
        ApiToken.objects.issue(name=f"t{number}", user_id=person.pk, scopes=["ingest"])
        Group.objects.create(name=f"g{number}")


def list_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_url(row: Model) -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def test_every_model_of_ours_is_registered() -> None:
    ours = {
        model
        for model in admin.site._registry
        if model._meta.app_label in {"leads", "rubrics", "routing", "integrations"}
    }
    assert ours | {Group} == set(MODELS)


def test_lists_and_pages_cost_a_fixed_number_of_queries(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    fill(world, 10, 13)
    client.get(reverse("admin:index"))  # content types, once a process
    over = []
    for model in MODELS:
        row = model._default_manager.order_by("-pk")[0]
        list_budget = BIGGER_LISTS.get(model, LIST_BUDGET)
        page_budget = (BIGGER_PAGES | of_rules.BIGGER_PAGES).get(model, PAGE_BUDGET)
        for url, budget in ((list_url(model), list_budget), (page_url(row), page_budget)):
            with django_assert_max_num_queries(1000) as queries:
                response = client.get(url)
            is_line = model is Criterion and url == page_url(row)  # of its version's page
            assert response.status_code == (302 if is_line else 200), url
            if len(queries) > budget:
                over.append(f"{url}: {len(queries)} > {budget}")
    assert not over, "\n".join(over)


def test_lists_cost_the_same_with_more_rows(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    def costs() -> dict[type[Model], int]:
        found = {}
        for model in MODELS:
            with django_assert_max_num_queries(1000) as queries:
                client.get(list_url(model))
            found[model] = len(queries)
        return found

    fill(world, 10, 12)
    costs()
    before = costs()
    fill(world, 20, 26)
    assert costs() == before


def test_facts_are_read_only(world: World, client: Client) -> None:
    fill(world, 10, 11)
    wrong = []
    for model in READ_ONLY:
        page = page_url(model._default_manager.order_by("-pk")[0])
        answers = (
            client.post(page, {"name": "x"}).status_code,
            client.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code,
            client.get(list_url(model) + "add/").status_code,
        )
        if answers != (403, 403, 403):
            wrong.append(f"{page}: changing, deleting, adding answer {answers}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("model", "words", "found"),
    [
        (Lead, "lead1@", 1),
        (Lead, "Company 2", 1),
        (Lead, "\x00", 4),
        (Score, "lead1@", 1),
        (Score, "nobody", 0),
        (Qualification, "99999999999999999999", 0),
        (Account, "c3.ex", 1),
        (AccountScore, "nobody", 0),
        (AccountScore, "17", 0),
        (AccountChange, "Company", 0),
        (LeadMerge, "lead1@", 0),
    ],
)
def test_search(world: World, client: Client, model: type[Model], words: str, found: int) -> None:
    response = client.get(list_url(model), {"q": words})
    assert len(response.context["cl"].result_list) == found


def test_search_by_the_account(world: World, client: Client) -> None:
    fill(world, 10, 12)
    account = Account.objects.get(name="Company 10")
    for words in (str(account.pk), account.domain, account.name):
        for model in (AccountScore, AccountChange):
            found = client.get(list_url(model), {"q": words}).context["cl"].result_list
            assert [row.account_id for row in found] == [account.pk]


def test_staff_see_what_their_groups_allow(world: World) -> None:
    client = Client()
    client.force_login(make_person("vera", "view_lead", staff=True))
    page = client.get(reverse("admin:index")).content.decode()
    assert list_url(Lead) in page
    assert list_url(Source) not in page
    assert client.get(list_url(Source)).status_code == 403


def test_revops_open_every_list(world: World) -> None:
    person = make_person("rosa", staff=True)
    person.groups.add(Group.objects.get(name="RevOps"))
    (client := Client()).force_login(person)
    for model in MODELS:
        expected = 403 if model is Group else 200
        assert client.get(list_url(model)).status_code == expected, model


def test_lead_page_escapes_what_sources_send(world: World, client: Client) -> None:
    lead = world.leads[0]
    Lead.objects.filter(pk=lead.pk).update(attributes={"x": "<script>alert(1)</script>"})
    page = client.get(page_url(lead)).content.decode()
    assert "<script>alert(1)" not in page
