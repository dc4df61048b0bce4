"""What every test stands on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase, override_settings
from psycopg.sql import SQL, Identifier, Literal

from rubrics import mappers
from rubrics.mappers import forget_compiled

# Rows of migrations and of Django itself, which every test finds.
GIVEN = {
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type",
    "django_migrations",
}  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def _quick_settings() -> Iterator[None]:
    """What is slow on purpose, or looks at files on disk that tests have no use for."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    hasher = MD5PasswordHasher
    with override_settings(
        # Pages render although nobody collected the static files; and where somebody did,
        # WhiteNoise would look at each of them whenever a client is made.
        STORAGES={**settings.STORAGES, "staticfiles": storage},
        STATIC_ROOT=None,
        # The real hasher takes a third of a second.
        PASSWORD_HASHERS=[f"{hasher.__module__}.{hasher.__qualname__}"],
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _flush_only_what_was_written() -> Iterator[None]:
    """Let tests with real transactions clean up in milliseconds.

    Django empties every table, among them those that migrations fill, and makes all permissions
    anew; but ``leads_event``, which is not managed, it does not know. CASCADE: PostgreSQL
    truncates no table that others refer to, be they empty.
    """
    patch = pytest.MonkeyPatch()

    def flush(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            tables = connection.introspection.get_table_list(cursor)
            names = sorted({table.name for table in tables if table.type != "v"} - GIVEN)
            some = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
            parts = [some.format(Literal(name), Identifier(name)) for name in names]
            cursor.execute(SQL(" UNION ALL ").join(parts))
            written = SQL(", ").join(Identifier(name) for (name,) in cursor.fetchall())
            # A live server may still be answering a page that polls: then one of the two gives way.
            for attempts_left in (4, 3, 2, 1, 0):
                try:
                    if written.as_string():
                        cursor.execute(SQL("TRUNCATE {} CASCADE").format(written))
                    break
                except OperationalError:
                    if not attempts_left:
                        raise

    patch.setattr(TransactionTestCase, "_fixture_teardown", flush)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _steady_counts_of_queries() -> Iterator[None]:
    """On a slow machine too: looking whether signals were renamed is a query every few seconds."""
    patch = pytest.MonkeyPatch()
    patch.setattr(mappers, "LOOKS_AGAIN_AFTER", 3600.0)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    """Nothing remembered of another test's rows."""
    cache.clear()
    forget_compiled()


@pytest.fixture(scope="module")
def setting(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The world of the permission matrices (tests/permissions/): one for a module's tests, each of
    which leaves it as it was."""
    from tests.permissions.askers import make_setting

    with django_db_blocker.unblock(), transaction.atomic():
        yield make_setting()
        transaction.set_rollback(True)


# What they test waits until every transaction of the server has ended (leads/fences.py): tests of
# the other core, in a database of their own, would hold it up.
ALONE = (
    "leads/catalogue/",
    "leads/test_fences.py",
    "routing/plays/",
    "leads/test_remapping.py",
    "admin/test_admin_catalogue.py",
    "admin/test_admin_mapping.py",
    "admin/test_admin_data_audits.py",
    "rubrics/dataquality/",
    "rubrics/test_expected.py",
    "rubrics/proof/test_threads.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that nothing may run beside."""
    tests = Path(__file__).parent
    for item in items:
        if item.path.relative_to(tests).as_posix().startswith(ALONE):
            item.add_marker(pytest.mark.alone)
