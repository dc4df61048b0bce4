"""The commands that load the demo and say how to get in."""

import stat
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from integrations.demo import workspace
from leads.models import Event, Lead
from rubrics.models import Score

AT = datetime(2026, 6, 3, 15, tzinfo=UTC)
FEW = 20


@pytest.fixture(autouse=True)
def credentials_file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "data" / "demo.json"
    settings.DEMO_CREDENTIALS_FILE = str(path)
    return path


@pytest.mark.django_db
def test_load_demo_command_twice(credentials_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "load_demo", partial(workspace.load_demo, count=FEW))
    call_command("load_demo", stdout=StringIO())
    assert stat.S_IMODE(credentials_file.stat().st_mode) == 0o600
    before = credentials_file.read_text(), Event.objects.count(), Score.objects.count()
    call_command("load_demo", stdout=StringIO())
    assert (credentials_file.read_text(), Event.objects.count(), Score.objects.count()) == before


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
