from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rubrics", "0024_scores_in_place")]

    operations = [
        migrations.AddField(
            model_name="previewlead",
            name="gates",
            field=models.JSONField(default=list),
        ),
    ]
