"""What every test stands on."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase, override_settings
from django.test.utils import setup_databases, teardown_databases
from hypothesis import is_hypothesis_test
from psycopg.sql import SQL, Identifier, Literal
from pytest_django import DjangoDbBlocker

from routing import reports
from rubrics import mappers
from rubrics.mappers import forget_compiled
from tests import stock
from tests.servers import has_made_database

# Rows of migrations and of Django itself, which every test finds.
GIVEN = {
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type",
    "django_migrations",
}  # fmt: skip


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The database: there already (tests/servers.py), or made on the server that was given."""
    if has_made_database():
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


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
    """On a slow machine too: what is looked up every few seconds is looked up once a test."""
    patch = pytest.MonkeyPatch()
    patch.setattr(mappers, "LOOKS_AGAIN_AFTER", 3600.0)
    for name in ("CACHED_S", "STATES_CACHED_S"):
        patch.setattr(reports, name, 3600)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _stock(django_db_setup: None) -> Iterator[None]:
    """Rows that many tests begin with are written once (tests/stock.py)."""
    with stock.listening(GIVEN):
        yield


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no collection of garbage looks at it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tell the stock whether the test is rolled back: what is committed others may change."""
    database = item.get_closest_marker("django_db")
    stock.begin(is_rolled_back=not (database and database.kwargs.get("transaction")))


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    """Nothing remembered of another test's rows."""
    cache.clear()
    forget_compiled()


@pytest.fixture(scope="module")
def setting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """The world of the permission matrices (tests/permissions/): one for a module's tests, each of
    which leaves it as it was. Its thousands of requests look up no session in the database."""
    from tests.permissions.askers import make_setting

    sessions = override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies")
    with sessions, django_db_blocker.unblock(), transaction.atomic():
        yield make_setting()
        transaction.set_rollback(True)


# What is left to `make test`: the doors (pages, API, what comes in and goes out), every address,
# migrations over again, real processes, data sets.
WIDE = (
    "admin/",
    "config/test_api_contract.py",
    "config/test_api_schema.py",
    "config/test_launcher.py",
    "config/test_liveness.py",
    "config/test_process.py",
    "config/test_supervisor.py",
    "config/test_watchdog.py",
    "integrations/",
    "leads/api/",
    "permissions/",
    "routing/alerts/test_inbox.py",
    "routing/alerts/test_of_tasks.py",
    "routing/api/",
    "routing/queue/test_reading.py",
    "routing/test_digests.py",
    "routing/test_groups.py",
    "routing/test_teamwork.py",
    "routing/views/",
    "rubrics/api/",
    "rubrics/benchmarks/",
    "test_permissions.py",
)


# What else the unit suite leaves out, whole folders of it.
ELSEWHERE = ("browser/", "e2e/")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--unit`` is ``-m "not (wide or e2e or browser or data)"``, and reads no file in vain."""
    parser.addoption("--unit", action="store_true", help="run the unit suite only")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Importing what is not run takes seconds: the API's contract makes up a thousand cases."""
    if not config.getoption("unit") or collection_path.is_dir():
        return None
    return _path(collection_path).startswith((*WIDE, *ELSEWHERE)) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what the unit suite leaves out: those, and what takes long in the database."""
    for item in items:
        if _path(item.path).startswith(WIDE) or _takes_long(item):
            item.add_marker(pytest.mark.wide)
    if config.getoption("unit"):
        left_out = [item for item in items if _is_left_out(item)]
        items[:] = [item for item in items if not _is_left_out(item)]
        config.hook.pytest_deselected(items=left_out)


def _path(path: Path) -> str:
    tests = Path(__file__).parent
    return path.relative_to(tests).as_posix() if path.is_relative_to(tests) else ""


def _is_left_out(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("wide", "e2e", "browser", "data"))


def _takes_long(item: pytest.Item) -> bool:
    """Whether a test commits what it writes, or tries many generated cases in the database."""
    database = item.get_closest_marker("django_db")
    if database is None:
        return False
    is_generated = is_hypothesis_test(getattr(item, "obj", None))
    return is_generated or bool(database.kwargs.get("transaction"))
