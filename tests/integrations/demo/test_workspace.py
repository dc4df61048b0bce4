"""The demo as a whole: alive, typical, synthetic, and loaded once."""

import json
import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import CommandError, call_command
from django.db.models import Count
from pytest_django import Settings

from integrations.demo import SEED, workspace
from integrations.models import ApiToken
from leads.keys import hash_write_key
from leads.models import (
    Account,
    AccountChange,
    AttributeChange,
    Event,
    Lead,
    LeadChange,
    Outcome,
    Source,
    Trial,
)
from routing.models import Qualification, StateChange
from routing.models.qualification import State
from rubrics.models import AccountScore, AccountScoreChange, RubricVersion, Score, ScoreChange
from rubrics.scores import rescore

AT = datetime(2026, 6, 3, 15, tzinfo=UTC)
FEW = 60


@pytest.fixture(autouse=True)
def credentials_file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "data" / "demo.json"
    settings.DEMO_CREDENTIALS_FILE = str(path)
    # The real hasher takes a third of a second for each of the five.
    hasher = MD5PasswordHasher
    settings.PASSWORD_HASHERS = [f"{hasher.__module__}.{hasher.__qualname__}"]
    return path


@pytest.mark.django_db
def test_load_demo_is_typical_and_alive() -> None:
    workspace.load_demo(at=AT, seed=SEED)
    leads = Lead.objects.count()
    assert leads == 600
    crossed = ScoreChange.objects.filter(crossed=True).values("lead").distinct().count()
    assert 0.07 <= crossed / leads <= 0.14
    converted = set(Outcome.objects.filter(kind="converted").values_list("lead", flat=True))
    assert 0.035 <= len(converted) / leads <= 0.09
    pqls = set(Qualification.objects.values_list("lead", flat=True))
    rest = 1 - len(pqls) / leads
    assert len(converted & pqls) / len(pqls) > 3 * len(converted - pqls) / (leads * rest)
    states = set(Qualification.objects.values_list("state", flat=True))
    assert {State.ASSIGNED, State.ACCEPTED, State.REJECTED, State.WON, State.LOST} <= states
    waiting = Qualification.objects.filter(state=State.ASSIGNED)
    assert waiting.count() >= 3
    assert waiting.filter(opened_at__gt=AT - timedelta(days=1)).exists()
    _check_accounts_are_typical()


def _check_accounts_are_typical() -> None:
    scores = AccountScore.objects.all()
    assert scores.count() == Account.objects.count()
    assert 0.05 <= scores.filter(is_pql=True).count() / scores.count() <= 0.15
    assert set(scores.values_list("band", flat=True)) == {0, 1, 2, 3}
    with_history = AccountScoreChange.objects.values("account").annotate(n=Count("pk"))
    assert with_history.filter(n__gte=5).count() >= 20
    for name in ("funding_raised_at", "executive_hired_at"):
        assert Account.objects.filter(attributes__has_key=name).count() >= 15
    counted = AttributeChange.objects.filter(account__isnull=False, name="employees")
    assert counted.values("account").annotate(n=Count("pk")).filter(n__gte=2).count() >= 200
    departments = Lead.objects.values_list("attributes__department", flat=True).distinct()
    assert len(set(departments) - {None}) == 7
    trials = Trial.objects.all()
    assert trials.filter(ends_at__lt=AT).count() >= 100
    assert trials.filter(ends_at__gt=AT, ends_at__lt=AT + timedelta(days=3)).count() >= 5
    assert trials.filter(ends_at=None, lead__account=None).exists()


@pytest.mark.django_db
def test_load_demo_is_synthetic_and_quiet() -> None:
    workspace.load_demo(at=AT, count=FEW)
    assert not Lead.objects.exclude(is_synthetic=True).exists()
    assert not Account.objects.exclude(is_synthetic=True).exists()
    assert Source.objects.get().is_synthetic
    assert not StateChange.objects.unannounced().exists()
    assert not ScoreChange.objects.unrouted().exists()
    assert not LeadChange.objects.exists()
    assert not AccountChange.objects.exists()
    assert Event.objects.filter(occurred_at__gt=AT).count() == 0


@pytest.mark.django_db
def test_load_demo_the_replayed_scores_are_the_engines() -> None:
    workspace.load_demo(at=AT, count=FEW)
    before = _results()
    for version in RubricVersion.objects.published():
        rescore(version=version, at=AT)
    assert _results() == before


def _results() -> list[object]:
    columns = ("version", "fit", "behavior", "points")
    return [
        list(Score.objects.order_by("lead").values_list("lead", *columns)),
        list(AccountScore.objects.order_by("account").values_list("account", *columns)),
        ScoreChange.objects.count(),
        AccountScoreChange.objects.count(),
    ]


@pytest.mark.django_db
def test_load_demo_command_twice(credentials_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "load_demo", partial(workspace.load_demo, count=FEW))
    call_command("load_demo", stdout=StringIO())
    assert stat.S_IMODE(credentials_file.stat().st_mode) == 0o600
    before = credentials_file.read_text(), Event.objects.count(), Score.objects.count()
    call_command("load_demo", stdout=StringIO())
    assert (credentials_file.read_text(), Event.objects.count(), Score.objects.count()) == before


@pytest.mark.django_db
def test_demo_credentials_open_the_doors(credentials_file: Path) -> None:
    workspace.load_demo(at=AT, count=FEW)
    out = StringIO()
    call_command("demo_credentials", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert [entry["role"] for entry in found["signins"]] == ["RevOps", "manager", *["rep"] * 3]
    for entry in found["signins"]:
        assert authenticate(username=entry["username"], password=entry["password"]) is not None
    assert ApiToken.objects.usable_with(found["api_token"]) is not None
    assert Source.objects.get().key_hash == hash_write_key(found["write_key"])
    assert found["write_key"] not in str(list(Source.objects.values()))


@pytest.mark.django_db
def test_demo_credentials_lost_are_made_anew(credentials_file: Path) -> None:
    workspace.load_demo(at=AT, count=FEW)
    old = json.loads(credentials_file.read_text())
    credentials_file.unlink()
    with pytest.raises(CommandError, match="load_demo"):
        call_command("demo_credentials")
    call_command("load_demo", stdout=StringIO())
    new = json.loads(credentials_file.read_text())
    assert new["write_key"] != old["write_key"]
    assert ApiToken.objects.usable_with(old["api_token"]) is None
    assert authenticate(**{k: new["signins"][0][k] for k in ("username", "password")}) is not None


@pytest.mark.django_db
def test_demo_credentials_of_another_database_are_replaced(credentials_file: Path) -> None:
    workspace.load_demo(at=AT, count=FEW)
    other = json.loads(credentials_file.read_text()) | {"write_key": "rlw_other"}
    credentials_file.write_text(json.dumps(other))
    call_command("load_demo", stdout=StringIO())
    assert workspace.has_credentials()


@pytest.mark.django_db
def test_load_demo_is_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(workspace, "write_credentials", fail)
    with pytest.raises(RuntimeError, match="out of luck"):
        workspace.load_demo(at=AT, count=FEW)
    assert not workspace.is_loaded()
    assert not Lead.objects.exists()


def test_demo_credentials_for_people(credentials_file: Path) -> None:
    credentials_file.parent.mkdir()
    credentials_file.write_text(
        '{"signins": [{"role": "rep", "username": "rita", "password": "p"}],'
        ' "api_token": "t", "write_key": "w"}'
    )
    out = StringIO()
    call_command("demo_credentials", stdout=out)
    assert out.getvalue().split() == ["rep", "rita", "p", "API", "token", "t", "write", "key", "w"]
