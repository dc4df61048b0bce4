"""Loading: everything once, whatever happens in between."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from integrations.datasets import event_writer, loader
from integrations.demo.credentials import read_credentials
from leads.keys import hash_write_key
from leads.models import (
    Account,
    AttributeChange,
    Event,
    EventKey,
    Hit,
    Identity,
    Lead,
    LeadChange,
    Outcome,
    Product,
    Source,
    Trial,
)
from rubrics.models import RubricVersion, Score, ScoreChange
from tests.integrations.datasets.files import EVENTS, LEADS, RUBRIC, event, write_set

pytestmark = pytest.mark.django_db(transaction=True)

COUNTED = (
    Account, AttributeChange, Event, EventKey, Hit, Identity, Lead, LeadChange, Outcome, Product,
    RubricVersion, Score, ScoreChange, Source, Trial,
)  # fmt: skip


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


def load(directory: Path, **options: Any) -> None:
    rubric = directory.parent / "tiny.yaml"
    rubric.write_text(yaml.safe_dump(RUBRIC))
    rejects = directory.parent / "rejects.csv"
    call_command(
        "load_dataset", directory, **({"rubric": str(rubric), "rejects": rejects} | options)
    )


def test_load_dataset_with_staff_lets_people_in_and_keeps_their_passwords(
    tmp_path: Path, settings: Settings, client: Client
) -> None:
    settings.DEMO_CREDENTIALS_FILE = str(tmp_path / "credentials.json")
    directory = write_set(tmp_path / "set")
    load(directory, with_staff=True)
    known = read_credentials()
    for entry in known.signins:
        assert client.login(username=entry.username, password=entry.password)
    assert Source.objects.get().key_hash == hash_write_key(known.write_key)
    load(directory, with_staff=True)
    assert read_credentials() == known


def test_load_dataset_keeps_and_scores(tmp_path: Path) -> None:
    load(write_set(tmp_path / "set"))
    ann = Lead.objects.get(identities__value="u1")
    assert (ann.email, ann.attributes["seats"], ann.is_synthetic) == ("ann@acme.example", 3, False)
    assert ann.account == Account.objects.get(domain="acme.example")
    trial = Trial.objects.get(lead=ann)
    assert (trial.started_at.isoformat(), trial.start_is_stated) == (
        "2026-01-01T10:00:00+00:00",
        True,
    )
    assert Hit.objects.filter(lead=ann).count() == 2
    assert set(Outcome.objects.values_list("kind", flat=True)) == {"converted", "closed_lost"}
    score = Score.objects.get(lead=ann)
    # Of the two lines about the company the later one, 130 employees, is what is known now.
    assert (score.fit, score.points) == (0, [0, 30])
    assert not LeadChange.objects.exists()


def test_load_dataset_twice_changes_nothing(tmp_path: Path) -> None:
    directory = write_set(tmp_path / "set")
    load(directory)
    before = counts(), list(Score.objects.values_list("lead", "revision", "changed_at"))
    load(directory)
    assert (counts(), list(Score.objects.values_list("lead", "revision", "changed_at"))) == before


def test_load_dataset_goes_on_after_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "EVENTS_A_CHUNK", 2)
    plain = event_writer.EventWriter.write
    calls = []

    def dying(self: Any, told: Any) -> int:
        calls.append(len(told))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return plain(self, told)

    directory = write_set(tmp_path / "set")
    with monkeypatch.context() as patch:
        patch.setattr(event_writer.EventWriter, "write", dying)
        with pytest.raises(KeyboardInterrupt):
            load(directory)
    assert Event.objects.count() == 2
    assert LeadChange.objects.exists()  # what is kept asks to be scored
    load(directory)
    assert Event.objects.count() == Hit.objects.count() == len(EVENTS)
    assert not LeadChange.objects.exists()


def test_load_dataset_lists_what_it_leaves_out(tmp_path: Path) -> None:
    events: list[dict[str, Any] | str] = [
        *EVENTS,
        "{",
        event(9, "nobody", "2026-01-05T10:00:00Z"),
        EVENTS[0],
    ]
    load(write_set(tmp_path / "set", events=events))
    assert Event.objects.count() == len(EVENTS)
    with (tmp_path / "rejects.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["field"]) for row in rows] == [("6", ""), ("7", "userId")]


def test_load_dataset_with_nothing_wrong_writes_no_rejects(tmp_path: Path) -> None:
    load(write_set(tmp_path / "set"))
    assert not (tmp_path / "rejects.csv").exists()


def test_load_dataset_a_rubric_that_comes_later_finds_the_hits(tmp_path: Path) -> None:
    directory = write_set(tmp_path / "set")
    load(directory, rubric=None)
    assert (Hit.objects.count(), Score.objects.count()) == (0, 0)
    load(directory)
    assert (Hit.objects.count(), Score.objects.count()) == (5, 3)


def test_load_dataset_known_people_are_the_same_leads(tmp_path: Path) -> None:
    known = Lead.objects.create(email="bo@acme.example", attributes={"email": "bo@acme.example"})
    Identity.objects.create(kind="email", value="bo@acme.example", lead=known)
    load(write_set(tmp_path / "set"))
    assert Lead.objects.count() == 3
    known.refresh_from_db()
    assert known.attributes["plan"] == "NA"
    assert known.account is not None
    assert Trial.objects.filter(lead=known).count() == 1


def test_load_dataset_business_mail_leads_to_the_account(tmp_path: Path) -> None:
    acme = Account.objects.create(domain="acme.example", attributes={"domain": "acme.example"})
    leads = "external_id,email,created_at\nu1,ann@acme.example,2026-01-01T00:00:00Z\n"
    load(write_set(tmp_path / "set", leads=leads, events=[]))
    assert Lead.objects.get().account == acme


def test_load_dataset_bad_header(tmp_path: Path) -> None:
    leads = LEADS.replace("external_id", "id", 1)
    with pytest.raises(CommandError, match="has no column 'external_id'"):
        load(write_set(tmp_path / "set", leads=leads))


def test_load_dataset_bad_rubric(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no preset 'nonesuch'"):
        load(write_set(tmp_path / "set"), rubric="nonesuch")


def test_load_dataset_source_of_another_product(tmp_path: Path) -> None:
    Source.objects.create(name="set", product=Product.objects.create(key="other", name="Other"))
    with pytest.raises(CommandError, match="--source"):
        load(write_set(tmp_path / "set"))


def test_load_dataset_product_needs_a_key(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no product key"):
        load(write_set(tmp_path / "set"), product="!!!")
