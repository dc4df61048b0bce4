"""The roles' rights over the models that came after 0005, by the same rule (see there)."""

from importlib import import_module

from django.db import migrations

before = import_module("routing.migrations.0005_groups_again")


VIEW = (("rubrics", "goldenlead"),)
# Whoever leads the reps says, with RevOps, which leads must come out how.
MANAGE = (("rubrics", "goldenlead"),)


def update_groups(apps, schema_editor):
    before.update_groups(apps, schema_editor)
    grant = before.first.Granter(apps, schema_editor.connection.alias)
    groups = apps.get_model("auth", "Group").objects
    view = [grant(app, model, f"view_{model}", f"Can view {model}") for app, model in VIEW]
    manage = [
        grant(app, model, f"{action}_{model}", f"Can {action} {model}")
        for app, model in MANAGE
        for action in before.first.ACTIONS
    ]
    for group in groups.filter(name__in=("Rep", "Manager")):
        group.permissions.add(*view)
    for group in groups.filter(name="Manager"):
        group.permissions.add(*manage)


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0005_groups_again"),
        ("leads", "0008_remapping"),
        ("rubrics", "0013_golden_leads"),
    ]

    operations = [migrations.RunPython(update_groups, migrations.RunPython.noop)]
