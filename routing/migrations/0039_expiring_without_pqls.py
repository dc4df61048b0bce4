"""What expires is put in order without a look at its PQLs."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# What was foretold of PQLs that are closed by now was never taken away.
OF_CLOSED = """
DELETE FROM routing_forecast AS f USING routing_qualification AS q
WHERE q.id = f.qualification_id AND q.closed_at IS NOT NULL
"""
OF_OPEN = """
UPDATE routing_forecast AS f SET lead_id = q.lead_id, product_id = q.product_id
FROM routing_qualification AS q WHERE q.id = f.qualification_id
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("leads", "0013_search_by_words"),
        ("routing", "0038_reps_by_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="forecast",
            name="lead",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="Empty: made by a version that did not know it; it is soon made anew.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="forecast",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="leads.product",
            ),
        ),
        migrations.RunSQL(OF_CLOSED, migrations.RunSQL.noop),
        migrations.RunSQL(OF_OPEN, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="forecast",
            index=models.Index(
                condition=models.Q(("falls_at__isnull", False)),
                fields=["falls_at"],
                include=("qualification", "lead", "product", "gain"),
                name="forecast_expiring",
            ),
        ),
        RemoveIndexConcurrently(model_name="forecast", name="forecast_falling"),
    ]
