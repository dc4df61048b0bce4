"""Where the servers live, and what is said when they cannot."""

import os
import stat
from pathlib import Path

import pytest

from config.embedded import home
from config.embedded.access import check_ours
from config.embedded.errors import LaunchError
from config.embedded.secret import secret_key


def test_data_dir_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATA_DIR", raising=False)
    assert home.data_dir() == home.BASE_DIR / ".data"
    monkeypatch.setenv("DATA_DIR", "/somewhere")
    assert home.data_dir() == Path("/somewhere")
    assert home.data_dir("/else") == Path("/else")


def test_make_root_says_in_one_line_why_not() -> None:
    with pytest.raises(LaunchError) as caught:
        home.make_root(Path("/proc/ripeline/data"))
    assert "Cannot write to the data folder /proc/ripeline/data" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a b", "käse", "a%20b", "x" * 120], ids=lambda n: n[:6])
def test_sockets_avoid_addresses_no_parser_takes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    sockets = home._sockets(tmp_path / name, None)
    assert sockets.parent == home.TMP
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    home.drop_sockets(sockets)
    assert not sockets.exists()


def test_drop_sockets_touches_only_its_own(tmp_path: Path) -> None:
    home.drop_sockets(tmp_path)
    assert tmp_path.is_dir()


def test_check_ours_refuses_links_and_strangers(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(LaunchError, match="not a folder"):
        check_ours(link, os.geteuid())
    with pytest.raises(LaunchError, match="belongs to"):
        check_ours(tmp_path, os.geteuid() + 1)


def test_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = secret_key(tmp_path)
    assert len(first) >= 50
    assert secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_secret_key_damaged_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")
    assert len(secret_key(tmp_path)) >= 50
