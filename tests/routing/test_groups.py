from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.django_db

NEWEST = "0036_roles"
APPS = ("leads", "rubrics", "routing", "integrations")

migration = import_module(f"routing.migrations.{NEWEST}")


def _migrate() -> None:
    with connection.schema_editor() as editor:
        migration.update_groups(apps, editor)


def _held(group: str) -> set[str]:
    held = Permission.objects.filter(group__name=group)
    return {f"{p.content_type.app_label}.{p.codename}" for p in held.select_related("content_type")}


def test_groups_hold_what_their_role_needs() -> None:
    _migrate()
    rep, manager, revops = _held("Rep"), _held("Manager"), _held("RevOps")
    assert {"routing.work_qualification", "leads.view_lead", "rubrics.view_score"} <= rep
    assert {"rubrics.view_accountscore", "rubrics.view_band"} <= rep
    assert not any(".change_" in name or ".add_" in name for name in rep)
    assert manager == rep | {
        "routing.review_qualification",
        "routing.view_all_qualifications",
        *(f"routing.{act}_alertpreference" for act in ("add", "change", "delete", "view")),
        "rubrics.add_goldenlead",
        "rubrics.approve_rubricversion",
        "rubrics.change_goldenlead",
        "rubrics.delete_goldenlead",
    }
    assert manager < revops


def test_revops_may_do_everything_with_every_model() -> None:
    _migrate()
    held = _held("RevOps")
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for action in ("add", "change", "delete", "view"):
                assert f"{app}.{action}_{model._meta.model_name}" in held


def test_groups_newest_migration_knows_every_model() -> None:
    """A new model needs a migration that gives the roles their rights over it."""
    known = MigrationLoader(connection).project_state(("routing", NEWEST)).models
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            assert (app, model._meta.model_name) in known


def test_groups_of_an_old_database_get_the_rights_they_lack() -> None:
    _migrate()
    before = _held("Rep"), _held("RevOps")
    late = Permission.objects.filter(content_type__model__in=("accountscore", "proof"))
    for group in Group.objects.all():
        group.permissions.remove(*late)
    assert "rubrics.change_accountscore" not in _held("RevOps")
    _migrate()
    assert (_held("Rep"), _held("RevOps")) == before


def test_groups_twice_changes_nothing() -> None:
    _migrate()
    before = (Group.objects.count(), Permission.objects.count(), ContentType.objects.count())
    _migrate()
    assert before == (
        Group.objects.count(), Permission.objects.count(), ContentType.objects.count(),
    )  # fmt: skip


def test_groups_on_a_database_without_permissions_yet() -> None:
    Permission.objects.all().delete()
    ContentType.objects.all().delete()
    ContentType.objects.clear_cache()
    _migrate()
    assert "routing.work_qualification" in _held("Rep")
