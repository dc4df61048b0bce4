"""The real thing starts, survives kills and is reachable."""

import os

import pytest
import redis

from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e


def test_stack_runs_everything(stack: Stack) -> None:
    assert set(stack.pids()) == {"redis", "postgres", "web", "worker", "jobs", "sender", "beat"}
    assert stack.query("SELECT current_user") == [("ripeline",)]
    assert "PUBLIC_URL" in stack.env


@pytest.mark.parametrize("name", ["web", "worker", "jobs", "sender", "beat", "redis", "postgres"])
def test_stack_child_killed_comes_back(stack: Stack, name: str) -> None:
    # While all of it is still being loaded, two cores load nothing quickly.
    stack.wait_for(lambda: _all_listen(stack), 60, "the workers to listen")
    assert stack.kill9(name) < 5


def test_stack_manage_uses_its_database(stack: Stack) -> None:
    stack.wait_for(lambda: _reaches_database(stack), 30, "the database")
    out = stack.manage(
        "shell", "-c", "from django.db import connection as c; print(c.settings_dict)"
    )
    assert str(stack.root) in out.stdout or "/tmp/ripeline-" in out.stdout


def test_stack_redis_flushall(stack: Stack) -> None:
    with redis.Redis.from_url(stack.env["REDIS_URL"]) as client:
        client.set("left", os.getpid())
        stack.redis_flushall()
        assert client.get("left") is None


def _all_listen(stack: Stack) -> bool:
    return all(" ready." in stack.log(name) for name in ("worker", "jobs", "sender"))


def _reaches_database(stack: Stack) -> bool:
    return stack.manage("shell", "-c", "import sys", check=False).returncode == 0
