"""The roles' rights over the models that came after 0005, by the same rule (see there)."""

from importlib import import_module

from django.db import migrations

before = import_module("routing.migrations.0005_groups_again")


def update_groups(apps, schema_editor):
    before.update_groups(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0005_groups_again"),
        ("leads", "0006_audit"),
        ("rubrics", "0011_preview"),
    ]

    operations = [migrations.RunPython(update_groups, migrations.RunPython.noop)]
