"""One owner for a data folder, and a clean-up that touches only what the owner started."""

import json
import subprocess
from pathlib import Path

import pytest

from config.embedded import home
from config.embedded.errors import LaunchError
from config.embedded.folder import Folder, read_json, write_json
from config.embedded.process import Identity


@pytest.fixture
def root(tmp_path: Path) -> Path:
    home.make_root(tmp_path / "data")
    return tmp_path / "data"


def test_folder_has_one_owner(root: Path) -> None:
    first, second = Folder(root), Folder(root)
    assert first.take("run")
    assert not second.take("exec sh")
    assert second.owner()["what"] == "run"
    first.release()
    assert second.take("exec sh")
    second.release()


def test_folder_env_is_private_and_ends_with_the_owner(root: Path) -> None:
    owner = Folder(root)
    owner.take("run")
    owner.publish_env({"SECRET_KEY": "k"}, "http://127.0.0.1:1")
    other = Folder(root)
    assert other.live_env() == {"SECRET_KEY": "k"}
    assert other.live_url() == "http://127.0.0.1:1"
    assert (root / "run" / "env.json").stat().st_mode & 0o777 == 0o600
    owner.release()
    assert other.live_env() is None


def test_folder_env_of_a_killed_owner_is_not_believed(root: Path) -> None:
    gone = {"pid": 2**22 - 1, "started": 1, "exe": "/x", "boot": "b"}
    write_json(root / "run" / "env.json", {"owner": gone, "env": {"DATABASE_URL": "x"}})
    assert Folder(root).live_env() is None


@pytest.mark.parametrize("content", ["", "garbage", "[]", '{"web": 3}', '{"web": {"pid": 1}}'])
def test_end_leftovers_shrugs_at_a_damaged_record(root: Path, content: str) -> None:
    (root / "run" / "pids.json").write_text(content)
    assert Folder(root).end_leftovers() == []


def test_end_leftovers_ends_its_own_and_spares_the_stranger(root: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as own, subprocess.Popen(["sleep", "60"]) as stranger:
        identity = Identity.of(own.pid)
        assert identity is not None
        reused = {**identity.to_json(), "pid": stranger.pid, "started": 12345}
        record = {"web": identity.to_json(), "worker": reused}
        (root / "run" / "pids.json").write_text(json.dumps(record))
        assert Folder(root).end_leftovers() == ["web"]
        assert own.wait(1) != 0
        assert stranger.poll() is None
        stranger.kill()


def test_wait_for_users_returns_when_nobody_joined(root: Path) -> None:
    Folder(root).wait_for_users(hurry=lambda: False)


def test_join_gives_up_on_an_owner_without_servers(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.embedded.folder.JOIN_WAIT_S", 0.0)
    with pytest.raises(LaunchError, match="do not come up"):
        Folder(root).join()


def test_read_json_of_nothing_is_empty(tmp_path: Path) -> None:
    assert read_json(tmp_path / "missing.json") == {}
