"""The one way in, from messages to rows."""

from datetime import timedelta
from typing import Any

import pytest

from leads.ingest import IngestResult, ingest, read_message
from leads.keys import hash_key
from leads.models import (
    Account,
    Event,
    EventKey,
    Hit,
    Identity,
    Lead,
    LeadChange,
    RejectedMessage,
    Source,
    Trial,
)
from tests.factories.leads import (
    AT,
    AccountFactory,
    SignalMappingFactory,
    SourceFactory,
    message,
)

pytestmark = pytest.mark.django_db


def take(source: Source, *raws: dict[str, Any]) -> IngestResult:
    """Read and ingest raw messages, received at AT."""
    messages = [read_message(raw, received_at=AT) for raw in raws]
    return ingest(messages, source=source, received_at=AT)


@pytest.fixture
def source() -> Source:
    return SourceFactory.create()


def test_track_becomes_event_hit_trial_and_change(source: Source) -> None:
    mapping = SignalMappingFactory.create(
        signal__product=source.product, value_property="count", session_property=""
    )
    result = take(
        source,
        message(
            userId="u1",
            messageId="m1",
            properties={"count": 3},
            context={"sessionId": "s1"},
            timestamp="2026-11-20T10:00:00Z",
        ),
    )
    assert result == IngestResult(accepted=1, has_changed_leads=True)
    event = Event.objects.get()
    hit = Hit.objects.get()
    lead = Lead.objects.get()
    assert (event.lead, event.name, event.session) == (lead, "Teammate Invited", "s1")
    assert event.occurred_at == AT - timedelta(hours=26)
    assert (hit.event_id, hit.signal_id, hit.number) == (event.id, mapping.signal_id, 3.0)
    assert (hit.value_key, hit.session_key) == (hash_key("3"), hash_key("s1"))
    trial = Trial.objects.get()
    assert (trial.lead, trial.product, trial.started_at) == (
        lead,
        source.product,
        event.occurred_at,
    )
    assert LeadChange.objects.get().generation == 1


def test_message_id_counts_once_for_ever(source: Source) -> None:
    SignalMappingFactory.create(signal__product=source.product)
    first = message(userId="u1", messageId="m1")
    take(source, first, message(userId="u1", messageId="m1"))
    again = take(source, message(userId="u2", messageId="m1", event="Other"))
    assert (again.accepted, again.duplicates, again.has_changed_leads) == (0, 1, False)
    assert Event.objects.count() == EventKey.objects.count() == Hit.objects.count() == 1
    assert Lead.objects.count() == 1
    assert LeadChange.objects.get().generation == 1


def test_message_ids_of_two_sources_are_apart(source: Source) -> None:
    take(source, message(userId="u1", messageId="m1"))
    take(SourceFactory.create(), message(userId="u1", messageId="m1"))
    assert Event.objects.count() == 2


def test_event_that_nobody_mapped_changes_no_score(source: Source) -> None:
    take(source, message(userId="u1"))
    LeadChange.objects.all().delete()
    assert not take(source, message(userId="u1", event="Unmapped")).has_changed_leads


def test_new_mapping_works_with_the_next_request(source: Source) -> None:
    take(source, message(userId="u1"))
    mapping = SignalMappingFactory.create(signal__product=source.product)
    take(source, message(userId="u1"))
    mapping.event_name = "Something Else"
    mapping.save()
    take(source, message(userId="u1"))
    assert Hit.objects.count() == 1


def test_refusals_are_kept_and_neighbours_stored(source: Source) -> None:
    result = take(
        source,
        message(userId="u1"),
        message(userId="undefined", messageId="bad\x00id"),
        message(userId="u2"),
    )
    assert (result.accepted, [index for index, _ in result.set_aside]) == (2, [1])
    rejected = RejectedMessage.objects.get()
    assert (rejected.code, rejected.field) == ("junk_id", "userId")
    assert "undefined" in rejected.raw


def test_identify_fills_lead_account_and_trial(source: Source) -> None:
    take(
        source,
        message(
            "identify",
            userId="u1",
            traits={
                "email": " Ada@Analytical.example ",
                "firstName": "Ada",
                "lastName": "Byron",
                "jobTitle": "VP Engines",
                "createdAt": "2026-11-01T00:00:00Z",
                "trialEndsAt": "2026-12-01",
                "address": {"country": "GB"},
                "company": {"id": "c1", "name": "Analytical", "employee_count": "51-250"},
                "technologies": "Salesforce, dbt",
                "plan": "free",
            },
        ),
    )
    lead = Lead.objects.get()
    assert (lead.email, lead.name, lead.title) == (
        "ada@analytical.example",
        "Ada Byron",
        "VP Engines",
    )
    assert lead.attributes["country"] == "GB"
    assert lead.attributes["plan"] == "free"
    account = Account.objects.get()
    assert lead.account == account
    assert (account.external_id, account.name) == ("c1", "Analytical")
    assert account.attributes == {
        "name": "Analytical",
        "employees": 51,
        "technologies": ["Salesforce", "dbt"],
    }
    trial = Trial.objects.get()
    assert trial.started_at.isoformat() == "2026-11-01T00:00:00+00:00"
    assert trial.start_is_stated
    assert trial.ends_at is not None
    assert trial.ends_at.isoformat() == "2026-12-01T00:00:00+00:00"


def test_anonymous_history_joins_the_user(source: Source) -> None:
    SignalMappingFactory.create(signal__product=source.product)
    take(source, message(anonymousId="a1"))
    take(source, message(userId="u1"))
    take(source, message("identify", userId="u1", anonymousId="a1"))
    lead = Lead.objects.living().get()
    assert Event.objects.filter(lead=lead).count() == 3
    assert Hit.objects.filter(lead=lead).count() == 2
    assert Identity.objects.filter(lead=lead).count() == 2
    signpost = Lead.objects.exclude(pk=lead.pk).get()
    assert signpost.merged_into == lead


def test_shared_device_stays_with_its_first_user(source: Source) -> None:
    take(source, message("identify", userId="u1", anonymousId="a1"))
    take(source, message("identify", userId="u2", anonymousId="a1"))
    assert Lead.objects.living().count() == 2
    assert Identity.objects.get(kind="anonymous").lead == Identity.objects.get(value="u1").lead


def test_two_known_users_with_one_email_stay_apart(source: Source) -> None:
    take(source, message("identify", userId="u1", traits={"email": "x@shared.example"}))
    take(source, message("identify", userId="u2", traits={"email": "x@shared.example"}))
    assert Lead.objects.living().filter(email="x@shared.example").count() == 2
    assert Identity.objects.get(kind="email").lead == Identity.objects.get(value="u1").lead


def test_two_systems_name_one_person_by_email(source: Source) -> None:
    billing = SourceFactory.create(namespace="billing")
    take(source, message("identify", userId="17", traits={"email": "x@one.example"}))
    take(billing, message("identify", userId="99", traits={"email": "X@one.example"}))
    take(billing, message(userId="99"))
    lead = Lead.objects.living().get()
    assert lead.trials.count() == 2


def test_alias_joins_known_users(source: Source) -> None:
    take(source, message(userId="old"), message(userId="new"))
    take(source, message("alias", previousId="old", userId="new"))
    take(source, message(userId="old"))
    lead = Lead.objects.living().get()
    assert lead.events.count() == 4
    assert lead.merges_won.get().reason == "alias"


def test_group_attaches_and_describes_the_account(source: Source) -> None:
    take(source, message(userId="u1", context={"groupId": "g1"}))
    LeadChange.objects.all().delete()
    take(
        source,
        message(
            "group", userId="u2", groupId="g1", traits={"website": "https://www.acme.example/x"}
        ),
    )
    assert Account.objects.get().domain == "acme.example"
    assert {lead.account_id for lead in Lead.objects.all()} == {Account.objects.get().pk}
    assert LeadChange.objects.count() == 2


def test_email_domain_attaches_to_an_account_that_exists(source: Source) -> None:
    account = AccountFactory.create(domain="acme.example")
    AccountFactory.create(domain="gmail.com")
    take(
        source,
        message("identify", userId="u1", traits={"email": "a@acme.example"}),
        message("identify", userId="u2", traits={"email": "b@gmail.com"}),
        message("identify", userId="u3", traits={"email": "c@unknown.example"}),
    )
    assert Account.objects.count() == 2
    assert Lead.objects.get(account=account).email == "a@acme.example"


def test_leads_of_synthetic_sources_are_marked(source: Source) -> None:
    take(SourceFactory.create(is_synthetic=True), message(userId="made-up"))
    assert Lead.objects.get().is_synthetic
