"""Tasks of before have a history as well, as far as it is known, and alerts know their tasks."""

from django.db import migrations

ADDED = """
INSERT INTO routing_taskchange (task_id, act, rep_id, by_id, at, handed_on_at)
SELECT id, 'added', rep_id, made_by_id, created_at, created_at FROM routing_task ORDER BY id
"""
DONE = """
INSERT INTO routing_taskchange (task_id, act, rep_id, by_id, at, handed_on_at)
SELECT id, 'done', rep_id, done_by_id, done_at, done_at FROM routing_task
WHERE done_at IS NOT NULL ORDER BY done_at, id
"""
TOLD = """
UPDATE routing_alert SET task_id = task.id FROM routing_task task
WHERE routing_alert.kind IN ('task', 'task_due')
AND split_part(routing_alert.key, ':', 2) = task.id::text
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0032_task_changes")]

    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in (ADDED, DONE, TOLD)
    ]
