from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rubrics", "0025_gates_of_previews")]

    operations = [
        # A list is cut by walking an index until the page is full. Parallel workers do not stop
        # there: each runs ahead until its messages back up, twenty times as far (docs/adr/0020).
        migrations.RunSQL(
            "ALTER TABLE rubrics_score SET (parallel_workers = 0)",
            "ALTER TABLE rubrics_score RESET (parallel_workers)",
        ),
    ]
