from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rubrics', '0011_preview'),
    ]

    operations = [
        migrations.AddField(
            model_name='rubricversion',
            name='revision',
            field=models.PositiveIntegerField(default=1, editable=False, help_text='Grows with every edit of the draft.'),
        ),
    ]
