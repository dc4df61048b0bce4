"""The three roles: Rep, Manager, RevOps.

Django makes permission rows after migrating, so those a role needs are made here where they are
missing; what Django does afterwards finds them. Running it again changes nothing. Models that come
later get their rights by a migration of their own (0005).
"""

from django.db import migrations

VIEW = (
    ("leads", "account"),
    ("leads", "event"),
    ("leads", "lead"),
    ("leads", "outcome"),
    ("leads", "product"),
    ("leads", "signal"),
    ("leads", "trial"),
    ("rubrics", "criterion"),
    ("rubrics", "rubric"),
    ("rubrics", "rubricversion"),
    ("rubrics", "score"),
    ("rubrics", "scorechange"),
    ("rubrics", "tier"),
    ("routing", "qualification"),
    ("routing", "rep"),
    ("routing", "statechange"),
    ("routing", "team"),
)
WORK = ("work_qualification", "Can work PQLs: accept, reject, snooze")
SEE_ALL = ("view_all_qualifications", "Can see every rep's PQLs")
REVOPS_APPS = ("leads", "rubrics", "routing", "integrations")
ACTIONS = ("add", "change", "delete", "view")


def make_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    grant = Granter(apps, schema_editor.connection.alias)
    rep = [grant(app, model, f"view_{model}", f"Can view {model}") for app, model in VIEW]
    rep.append(grant("routing", "qualification", *WORK))
    manager = [*rep, grant("routing", "qualification", *SEE_ALL)]
    revops = [
        *manager,
        *(
            grant(app, model, f"{action}_{model}", f"Can {action} {model}")
            for app in REVOPS_APPS
            for model in sorted(apps.all_models[app])
            for action in ACTIONS
        ),
    ]
    for name, permissions in (("Rep", rep), ("Manager", manager), ("RevOps", revops)):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*permissions)


class Granter:
    """Finds a permission row, or makes it together with its content type."""

    def __init__(self, apps, alias):
        self.content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
        self.permissions = apps.get_model("auth", "Permission").objects.using(alias)

    def __call__(self, app, model, codename, name):
        content_type, _ = self.content_types.get_or_create(app_label=app, model=model)
        permission, _ = self.permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        return permission


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    # Going back keeps the groups: people are in them.
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
