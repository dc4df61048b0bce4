"""The roles' rights over the models that came after 0006_groups_again, by the same rule (see there).

It stands after every other migration. Whoever adds a model later adds another one like it.
"""

from importlib import import_module

from django.db import migrations

before = import_module("routing.migrations.0006_groups_again")


def update_groups(apps, schema_editor):
    before.update_groups(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0006_tasks_told"),
        ("leads", "0013_search_by_words"),
        ("routing", "0006_groups_again"),
        ("routing", "0035_reminded_in_time"),
        ("rubrics", "0027_backtest_chunks"),
    ]

    operations = [migrations.RunPython(update_groups, migrations.RunPython.noop)]
