"""What every test stands on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations
from pytest_django import Settings

from rubrics.mappers import forget_compiled


@pytest.fixture(scope="session", autouse=True)
def _flush_reaches_the_events() -> Iterator[None]:
    """Let tests with real transactions clean up: Django's flush does not know ``leads_event``.

    The table is not managed, and PostgreSQL truncates what it refers to only with CASCADE.
    """
    patch = pytest.MonkeyPatch()
    plain = DatabaseOperations.sql_flush

    def cascading(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
        return plain(self, *args, **(kwargs | {"allow_cascade": True}))

    patch.setattr(DatabaseOperations, "sql_flush", cascading)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    """Pages render although nobody collected the static files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    """Nothing remembered of another test's rows."""
    cache.clear()
    forget_compiled()


@pytest.fixture
def plain_static_files(settings: Any) -> None:
    """Pages name static files by their plain names: nothing is collected in tests."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
