"""The roles' rights over the models that came after 0002, by the same rule.

Where 0002 ran long ago it gave no right over them. It runs again here, on the models as of the
migrations named below: whoever adds a model adds such a migration (tests/routing/test_groups.py).
"""

from importlib import import_module

from django.db import migrations

first = import_module("routing.migrations.0002_groups")

# What a rep and a manager may look at besides; RevOps may do everything with every model.
VIEW = (
    ("rubrics", "accountscore"),
    ("rubrics", "accountscorechange"),
    ("rubrics", "band"),
    ("rubrics", "criteriongroup"),
)


def update_groups(apps, schema_editor):
    first.make_groups(apps, schema_editor)
    grant = first.Granter(apps, schema_editor.connection.alias)
    view = [grant(app, model, f"view_{model}", f"Can view {model}") for app, model in VIEW]
    for group in apps.get_model("auth", "Group").objects.filter(name__in=("Rep", "Manager")):
        group.permissions.add(*view)


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0004_queue_by_index"),
        ("integrations", "0001_initial"),
        ("leads", "0005_attribute_account"),
        ("rubrics", "0009_proof"),
    ]

    # Going back keeps the rights, as 0002 keeps the groups.
    operations = [migrations.RunPython(update_groups, migrations.RunPython.noop)]
