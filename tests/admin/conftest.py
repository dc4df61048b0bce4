"""The admin's pages name static files by their plain names: nothing is collected in tests."""

import pytest


@pytest.fixture(autouse=True)
def _plain(plain_static_files: None) -> None:
    """Every test here renders pages."""
