import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0012_outcome_routed'),
        ('rubrics', '0022_rubric_owner'),
    ]

    operations = [
        migrations.AddField(
            model_name='backtest',
            name='subject',
            field=models.CharField(choices=[('lead', 'People'), ('account', 'Accounts, from what their people did')], default='lead', max_length=7),
        ),
        migrations.AlterField(
            model_name='backtest',
            name='after',
            field=models.BigIntegerField(default=0, help_text='Id of the last one done.'),
        ),
        migrations.AlterField(
            model_name='backtest',
            name='left_out',
            field=models.JSONField(default=dict, help_text='Who is not looked at, by reason.'),
        ),
        migrations.AddField(
            model_name='backtestlead',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.account'),
        ),
        migrations.AlterField(
            model_name='backtestlead',
            name='lead',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead'),
        ),
        migrations.AddConstraint(
            model_name='backtestlead',
            constraint=models.UniqueConstraint(fields=('backtest', 'account'), name='backtest_account_once'),
        ),
        migrations.AddConstraint(
            model_name='backtestlead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', None), ('lead__isnull', False)), models.Q(('account__isnull', False), ('lead', None)), _connector='OR'), name='backtest_of_a_lead_or_an_account'),
        ),
    ]
