import django.db.models.deletion
from django.db import migrations, models


def begin_again(apps, schema_editor):
    """Backtests under way: what they kept of each lead is of no use to the new way of counting."""
    running = apps.get_model("rubrics", "Backtest").objects.filter(state="running")
    running.update(part="leads", after=0, done=0, left_out={}, were_pqls=0, results={})


class Migration(migrations.Migration):
    """What a backtest keeps while it runs: chunks that are counted, no more row by row. None of
    either outlives its backtest."""

    dependencies = [("rubrics", "0026_read_in_order")]

    operations = [
        migrations.CreateModel(
            name="BacktestChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_id", models.BigIntegerField()),
                ("counts", models.JSONField()),
                ("columns", models.BinaryField()),
                ("cases", models.BinaryField()),
                ("outcomes", models.PositiveIntegerField()),
                ("late_outcomes", models.PositiveIntegerField(help_text="Entered 30 days after they were.")),
                ("backtest", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="rubrics.backtest")),
            ],
        ),
        migrations.AddConstraint(
            model_name="backtestchunk",
            constraint=models.UniqueConstraint(fields=["backtest", "last_id"], name="backtest_chunk_once"),
        ),
        migrations.AddConstraint(
            model_name="backtestchunk",
            constraint=models.CheckConstraint(condition=models.Q(("late_outcomes__lte", models.F("outcomes"))), name="backtest_late_of_all"),
        ),
        migrations.RunPython(begin_again, begin_again),
        migrations.DeleteModel(name="BacktestLead"),
    ]
