"""The worker touches its sign when it receives a message; the check reads its age."""

import os
import runpy
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from celery.signals import task_received

from config import liveness
from config.celery import app


def check(monkeypatch: pytest.MonkeyPatch, sign: Path, *words: str) -> None:
    monkeypatch.setenv(liveness.VARIABLE, str(sign))
    liveness.main(words)


def test_message_received_by_celery_touches_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "config.liveness" in app.loader.default_modules  # what a worker loads as it starts
    sign = tmp_path / "alive"
    monkeypatch.setenv(liveness.VARIABLE, str(sign))
    monkeypatch.setattr(task_received, "receivers", [])
    runpy.run_path(liveness.__file__)
    task_received.send(sender=None, request=None)
    assert sign.exists()


def test_nothing_is_connected_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(liveness.VARIABLE, raising=False)
    monkeypatch.setattr(task_received, "receivers", [])
    runpy.run_path(liveness.__file__)
    assert task_received.receivers == []


def test_file_is_touched_at_most_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 100.0
    monkeypatch.setattr(liveness, "time", SimpleNamespace(monotonic=lambda: clock))
    path = tmp_path / "alive"
    sign = liveness.Sign(path)
    sign.give(sender=None, request=None)
    path.unlink()
    clock += 0.9
    sign.give()
    assert not path.exists()
    clock += 0.1
    sign.give()
    assert path.exists()


def test_check_passes_after_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = tmp_path / "alive"
    sign.touch()
    check(monkeypatch, sign)


def test_check_fails_after_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = tmp_path / "alive"
    sign.touch()
    os.utime(sign, (0, time.time() - 30))
    check(monkeypatch, sign, "--older-than", "40")
    with pytest.raises(SystemExit, match="nothing for 30 s"):
        check(monkeypatch, sign, "--older-than", "20")


def test_check_fails_without_any_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="never received"):
        check(monkeypatch, tmp_path / "alive")


def test_check_wants_to_know_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(liveness.VARIABLE, raising=False)
    with pytest.raises(SystemExit) as ended:
        liveness.main([])
    assert ended.value.code == 2
    assert liveness.VARIABLE in capsys.readouterr().err
