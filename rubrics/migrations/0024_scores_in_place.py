from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rubrics", "0023_backtests_of_accounts")]

    operations = [
        # A rescore writes every row of a page again before the former ones can be cleared away.
        # With half of the page free all of them stay on it, and no index is touched where the
        # result is the same (docs/adr/0029). A table that was rescored once is as large anyway.
        migrations.RunSQL(
            "ALTER TABLE rubrics_score SET (fillfactor = 50)",
            "ALTER TABLE rubrics_score SET (fillfactor = 70)",
        ),
    ]
