"""A data audit of a small world, every figure worked out by hand."""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command

from leads import jobs
from leads.models import (
    Account,
    Hit,
    Identity,
    JobState,
    Lead,
    Product,
    RejectedMessage,
    Signal,
    SignalMapping,
    Source,
)
from leads.spreadsheets import csv_lines
from rubrics import dataquality
from rubrics.dataquality import running
from rubrics.dataquality.collecting import audited_versions
from rubrics.dataquality.export import HEAD, rows_of
from rubrics.dataquality.report import AttributeRow, Report
from rubrics.models import DataAudit, RubricVersion
from rubrics.publishing import publish_now
from rubrics.scores import score_due
from rubrics.services import load_rubric
from tests.leads.catalogue.events import count_all, store
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import DAY, mark
from tests.stock import written_once

pytestmark = pytest.mark.django_db

DOCUMENT: dict[str, Any] = {
    "rubric": "audited",
    "name": "Audited",
    "signals": {
        "used": {"name": "Used it", "events": [{"event": "Used"}]},
        "invited": {"name": "Invited", "events": [{"event": "Teammate Invited"}]},
        "exported": {"name": "Exported", "events": []},
        "logged_in": {"name": "Logged in", "events": [{"event": "Logged In"}]},
    },
    "thresholds": {"total": 20, "fit": 10, "behavior": 5},
    "decay": {"mode": "none"},
    "criteria": [
        {"key": "title", "axis": "fit", "measure": "text_matches", "attribute": "lead.title",
         "tiers": [{"keywords": ["VP"], "points": 10}]},
        {"key": "used", "measure": "count", "signals": ["used"], "tiers": [{"points": 10}]},
        {"key": "invites", "measure": "count", "signals": ["invited"], "tiers": [{"points": 15}]},
        {"key": "exports", "measure": "count", "signals": ["exported", "invited"],
         "tiers": [{"points": 5}]},
        {"key": "logins", "measure": "count", "signals": ["logged_in"], "proxy_for": "Core feature",
         "tiers": [{"points": 20}]},
    ],
}  # fmt: skip


@pytest.fixture
@written_once
def product() -> Product:
    return Product.objects.create(key="app", name="App")


@pytest.fixture
@written_once
def version(product: Product) -> RubricVersion:
    draft = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    return publish_now(draft, by=None, at=AT)


def audit(at: Any = AT) -> DataAudit:
    return dataquality.audit_now(dataquality.start_audit(at=at), at=at)


def report(version: RubricVersion, at: Any = AT) -> Report:
    return dataquality.report_of(audit(at), version)


def lead(product: Product, *hits: Any, email: str = "", **attributes: Any) -> Lead:
    made = make_lead(product, started_at=AT - 40 * DAY, lead=attributes, hits=hits)
    Lead.objects.filter(pk=made.pk).update(email=email)
    return made


def score_all() -> None:
    mark(*Lead.objects.living())
    while score_due(at=AT, limit=100):
        pass


def test_attributes_and_the_decisions_that_hang_on_them(
    product: Product, version: RubricVersion
) -> None:
    used = ("used", AT - DAY)
    lead(product, used, title="VP")  # 10 + 10: a PQL
    lead(product, used, title="Clerk")  # 0 + 10: none
    lead(product, used)  # 0 + 10, might be a VP: hangs
    lead(product)  # unknown too, but no behavior
    score_all()
    (row,) = report(version).attributes
    assert row == AttributeRow(
        criterion="Title", attributes="job title", known=2, of=4, most=10, least=0, flips=1
    )
    assert row.fill == 50


def test_attributes_of_a_draft_are_counted_over_all_leads(product: Product) -> None:
    draft = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    lead(product, title="VP")
    lead(product)
    lead(product)
    (row,) = report(draft).attributes
    assert (row.known, row.of, row.flips, row.fill) == (1, 3, None, 33)


def test_signals_against_what_comes(product: Product, version: RubricVersion) -> None:
    lead(product, ("used", AT - DAY), ("used", AT - 6 * DAY), ("used", AT - 20 * DAY))
    lead(product, ("used", AT - 40 * DAY), ("used", AT + DAY))
    rows = {row.name: row for row in report(version).signals}
    used = rows["Used it"]
    assert (used.week, used.month, used.hits, used.leads) == (2, 3, 4, 2)  # the future is not yet
    assert used.last_at == AT - DAY
    assert (used.points, used.criteria) == (10, ("Used",))
    assert rows["Exported"].state == "Not mapped"
    assert rows["Invited"].state == "Never seen"
    assert rows["Invited"].points == 20


def test_silent_signal_by_its_own_rhythm(product: Product, version: RubricVersion) -> None:
    daily = [("used", AT - n * DAY) for n in range(8, 20)]
    weekly = [("logged_in", AT - 7 * n * DAY) for n in range(1, 8)]
    lead(product, *daily, *weekly)
    rows = {row.name: row for row in report(version).signals}
    assert (rows["Used it"].state, rows["Logged in"].state) == ("Silent", "Active")
    found = [one.what for one in report(version).findings if one.level == "red"]
    assert "“Used it” has gone silent." in found


def test_signal_without_a_hit_in_ninety_days_is_silent(
    product: Product, version: RubricVersion
) -> None:
    lead(product, ("used", AT - 91 * DAY), ("logged_in", AT - 90 * DAY))
    rows = {row.name: row for row in report(version).signals}
    assert (rows["Used it"].state, rows["Logged in"].state) == ("Silent", "Active")


def test_what_to_instrument_first_by_points(product: Product, version: RubricVersion) -> None:
    source = Source.objects.create(name="Website", product=product)
    made = lead(product, ("logged_in", AT - DAY))
    store(source, made, "team_mate_invited")
    count_all()
    missing = report(version).missing
    assert [(one.what, one.points) for one in missing] == [
        ("Core feature", 20),
        ("Invited", 20),
        ("Used it", 10),
        ("Exported", 5),
    ]
    assert "may be “team_mate_invited”" in missing[1].why
    assert missing[1].criteria == ("Invites", "Exports")
    assert missing[3].why == "No event is mapped to it."


def test_events_that_meet_no_condition(product: Product, version: RubricVersion) -> None:
    made = lead(product)
    store(Source.objects.create(name="Website"), made, "Used")
    count_all()
    why = {one.what: one.why for one in report(version).missing}["Used it"]
    assert why == "Its events come, but none meets the conditions."


def test_people(product: Product) -> None:
    anonymous = lead(product)
    Identity.objects.create(lead=anonymous, kind="anonymous", value="a1")
    known = lead(product, email="ann@gmail.com")
    Identity.objects.create(lead=known, kind="user", value="u1")
    lead(product, email="ann@gmail.com")
    Lead.objects.create(merged_into=known)
    Account.objects.create(name="No domain")
    product_signal = Signal.objects.create(product=product, key="s", name="S")
    make_hits(product, known.pk, [("s", AT - 31 * DAY)])
    facts = audit().facts
    expected = {
        "leads": 3,
        "without_email": 1,
        "personal": 2,
        "without_account": 3,
        "anonymous": 2,  # the third has no identity at all
        "never_active": 2,
        "quiet": 3,
        "accounts": 1,
        "without_domain": 1,
        "shared_emails": 1,
        "leads_sharing": 2,
    }
    assert {key: facts[key] for key in expected} == expected
    assert facts["signals"][str(product_signal.pk)]["leads"] == 1


def test_personal_domains_are_those_of_the_rubrics_lists_too(product: Product) -> None:
    document = {**DOCUMENT, "lists": {"personal": ["Freemail.example", ".free.example"]}}
    load_rubric(document, product=product, by=None, at=AT)
    for domain in ("gmail.com", "freemail.example", "very.free.example", "acme.example"):
        lead(product, email=f"ann@{domain}")
    assert audit().facts["personal"] == 3


def test_receipts(product: Product, version: RubricVersion) -> None:
    source = Source.objects.create(name="Website", product=product)
    made = lead(product)
    for n in range(20):
        store(source, made, f"Event {n % 6}", received_at=AT - n * timedelta(hours=1))
    store(source, made, "Late", received_at=AT, occurred_at=AT - 3 * DAY, times=5)
    count_all(AT)
    RejectedMessage.objects.create(
        source=source, received_at=AT - DAY, code="no_person", reason="", raw="{}"
    )
    told = report(version, AT + 2 * DAY)
    assert told.facts["received"] == {"events": 25, "late": 5, "ahead": 0}
    assert (told.maturity.level, told.maturity.events) == ("Partial", 7)
    whats = " ".join(one.what for one in told.findings)
    assert "The source Website has sent nothing since" in whats
    assert "1 messages of the last 30 days were set aside (4 %): no_person 1." in whats
    assert "20 % of the events of the last 30 days arrived a day or more after" in whats


@pytest.mark.parametrize(("events", "level"), [(0, "Minimal"), (4, "Minimal"), (5, "Partial")])
def test_maturity(events: int, level: str) -> None:
    from rubrics.dataquality.maturity import maturity_of

    assert maturity_of(events).level == level
    assert maturity_of(50).level == "Granular"


@pytest.fixture
def small_chunks() -> Iterator[None]:
    with patch.object(running, "CHUNK", 2):
        yield


@pytest.mark.usefixtures("small_chunks")
def test_goes_on_after_it_was_left_and_comes_to_the_same(
    product: Product, version: RubricVersion
) -> None:
    for n in range(5):
        lead(product, ("used", AT - n * DAY), title="VP")
    score_all()
    with patch.object(running, "CHUNK", 100):
        whole = audit().facts
    started = dataquality.start_audit(at=AT)
    for _ in range(30):
        dataquality.audit_some(at=AT, seconds=0)
    started.refresh_from_db()
    assert (started.state, started.facts) == (JobState.DONE, whole)
    assert started.done == 5


def test_versions_are_compiled_once_a_ring(product: Product, version: RubricVersion) -> None:
    for _ in range(5):
        make_lead(product)
    dataquality.start_audit(at=AT)
    with (
        patch.object(running, "CHUNK", 2),
        patch.object(running, "audited_versions", wraps=audited_versions) as compiles,
    ):
        dataquality.audit_some(at=AT, seconds=60)
    assert DataAudit.objects.get().state == "done"
    assert compiles.call_count == 1


def test_one_at_a_time_and_one_a_night(product: Product) -> None:
    lead(product)
    night = AT.replace(hour=4)
    assert dataquality.start_nightly(at=night) is not None
    assert dataquality.start_nightly(at=night) is None
    with pytest.raises(dataquality.AuditRunning):
        dataquality.start_audit(at=night)
    assert jobs.stop(DataAudit.objects.get(), at=night)
    assert dataquality.start_nightly(at=night) is None
    assert dataquality.start_nightly(at=night + DAY) is not None


def test_csv_is_harmless_in_a_spreadsheet(product: Product, version: RubricVersion) -> None:
    Signal.objects.filter(key="used").update(name="=HYPERLINK(1)")
    SignalMapping.objects.filter(event_name="Used").update(event_name="+1")
    rows = list(
        csv.DictReader(
            StringIO("".join(csv_lines(HEAD, rows_of(report(version)))).removeprefix("\ufeff"))
        )
    )
    signal = next(row for row in rows if row["part"] == "signal" and "HYPER" in row["name"])
    assert signal["name"] == "'=HYPERLINK(1)"
    assert signal["detail"] == "'+1"
    assert {row["part"] for row in rows} == {
        "finding", "attribute", "signal", "instrument", "maturity",
    }  # fmt: skip


def test_command(
    product: Product, version: RubricVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    lead(product, title="VP")
    call_command("audit_data")
    out = capsys.readouterr().out
    assert "Audited v1" in out
    assert "1. Core feature (20 points)" in out
    call_command("audit_data", "--json", "--version-id", str(version.pk))
    (document,) = json.loads(capsys.readouterr().out)
    assert document["version"] == "Audited v1"
    assert document["attributes"][0]["fill"] == 100  # nobody is scored yet: of all leads
    call_command("audit_data", "--json", "--version-id", f"{version.rubric.key}@1")
    assert json.loads(capsys.readouterr().out)[0]["version"] == "Audited v1"
    with pytest.raises(CommandError, match="no version has the id 999999; there are "):
        call_command("audit_data", "--version-id", "999999")
    assert not Hit.objects.exists()


def test_command_without_any_published_version() -> None:
    with pytest.raises(CommandError, match="No version is published"):
        call_command("audit_data")
