"""A new installation, ready in one command."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from integrations.management.commands import create_workspace
from leads.keys import hash_write_key
from leads.models import Product, Source
from rubrics.models import RubricVersion

pytestmark = pytest.mark.django_db


def create(**options: Any) -> str:
    out = StringIO()
    given = {"name": "Acme App", "admin_email": "Ops@acme.example"} | options
    call_command("create_workspace", stdout=out, **given)
    return out.getvalue()


def test_create_workspace_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIPELINE_ADMIN_PASSWORD", "correct-horse-battery")
    text = create()
    admin = User.objects.get()
    assert admin.check_password("correct-horse-battery")
    assert (admin.username, admin.is_superuser) == ("ops@acme.example", True)
    assert admin.groups.get().name == "RevOps"
    product = Product.objects.get(key="acme-app")
    assert RubricVersion.objects.published().get().rubric.product == product
    write_key = text.rsplit(" ", 1)[1].strip()
    assert Source.objects.get().key_hash == hash_write_key(write_key)
    assert "correct-horse-battery" not in text


def test_create_workspace_in_a_new_database_sets_up_its_tables_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RIPELINE_ADMIN_PASSWORD", "correct-horse-battery")
    had: list[tuple[str, bool]] = []
    monkeypatch.setattr(create_workspace, "_lacks_tables", lambda: True)
    monkeypatch.setattr(
        create_workspace,
        "call_command",
        lambda name, **options: had.append((name, User.objects.exists())),
    )
    assert "Setting up the tables" in create()
    assert had == [("migrate", False)]


def test_create_workspace_twice_makes_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIPELINE_ADMIN_PASSWORD", "correct-horse-battery")
    create()
    monkeypatch.setenv("RIPELINE_ADMIN_PASSWORD", "another-horse-battery")
    assert create() == ""
    assert User.objects.get().check_password("correct-horse-battery")
    assert (Source.objects.count(), RubricVersion.objects.count()) == (1, 1)


def test_create_workspace_password_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("correct-horse-battery\n"))
    create(password_stdin=True)
    assert User.objects.get().check_password("correct-horse-battery")


def test_create_workspace_makes_a_password_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RIPELINE_ADMIN_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", StringIO())
    first = create().splitlines()[0]
    assert first.startswith("Password of ops@acme.example (shown once): ")
    assert User.objects.get().check_password(first.rsplit(" ", 1)[1])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"admin_email": "nobody"}, "no e-mail address"),
        ({"name": "!!!"}, "letter or a digit"),
        ({"preset": "nonesuch"}, "no preset"),
    ],
)
def test_create_workspace_bad_input(
    options: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIPELINE_ADMIN_PASSWORD", "correct-horse-battery")
    with pytest.raises(CommandError, match=words):
        create(**options)
    assert not User.objects.exists()


def test_create_workspace_weak_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIPELINE_ADMIN_PASSWORD", "12345")
    with pytest.raises(CommandError, match="too short"):
        create()
