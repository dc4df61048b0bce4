"""Fixtures for tests with real processes."""

from collections.abc import Iterator

import pytest

from tests.e2e.stack import Stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """One stack for a module. Tests that break things start their own: ``with Stack() as s``."""
    with Stack() as running:
        yield running
