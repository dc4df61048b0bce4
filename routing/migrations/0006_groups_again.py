"""The roles' rights over the models that came after 0005, by the same rule (see there)."""

from importlib import import_module

from django.db import migrations

before = import_module("routing.migrations.0005_groups_again")


VIEW = (
    ("rubrics", "approval"),
    ("rubrics", "goldenlead"),
    ("rubrics", "publication"),
    ("routing", "note"),
    ("routing", "touch"),
)
# Whoever leads the reps says, with RevOps, which leads must come out how, and how a team is told.
MANAGE = (("rubrics", "goldenlead"), ("routing", "alertpreference"))
# And signs drafts where a second person has to; so may RevOps, each other's (docs/adr/0013).
APPROVE = ("approve_rubricversion", "Can approve rubric versions")
# And says which PQLs are worth working, where somebody has to.
REVIEW = (
    "review_qualification",
    "Can say which PQLs are worth working, before reps see them",
)


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
    approve = grant("rubrics", "rubricversion", *APPROVE)
    review = grant("routing", "qualification", *REVIEW)
    for group in groups.filter(name__in=("Rep", "Manager")):
        group.permissions.add(*view)
    for group in groups.filter(name__in=("Manager", "RevOps")):
        group.permissions.add(*manage, approve, review)


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0024_onboarding"),
        ("integrations", "0003_alerts_out"),
        ("leads", "0012_outcome_routed"),
        ("rubrics", "0020_publishing"),
    ]

    operations = [migrations.RunPython(update_groups, migrations.RunPython.noop)]
