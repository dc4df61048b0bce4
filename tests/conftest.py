"""What every test stands on."""

from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import TransactionTestCase
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


@pytest.fixture(scope="session", autouse=True)
def _roles_outlive_a_flush() -> Iterator[None]:
    """Tests with real transactions empty every table; the roles a migration made come back."""
    patch = pytest.MonkeyPatch()
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # not in the stubs
    roles = import_module("routing.migrations.0002_groups")

    def flush_but_roles(self: TransactionTestCase) -> None:
        flush(self)
        roles.make_groups(apps, SimpleNamespace(connection=connection))

    patch.setattr(TransactionTestCase, "_fixture_teardown", flush_but_roles)
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
