"""Fixtures for tests with real processes."""

from collections.abc import Iterator

import pytest

from config.embedded.watchdog import LIMIT_VARIABLE
from tests.e2e.stack import Stack

# Tasks are short here, so a worker that listens is never silent for as long as this.
SILENCE_S = 20


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """One stack for a module. Tests that break things start their own: ``with Stack() as s``."""
    with Stack(env={LIMIT_VARIABLE: str(SILENCE_S)}) as running:
        yield running
