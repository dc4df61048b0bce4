"""The database function that counts bursts greedily among their possible starts."""

from django.db import migrations

CREATE = """
CREATE FUNCTION greedy_bursts(starts timestamptz[], span interval) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    bursts integer := 0;
    free_after timestamptz := '-infinity';
    start timestamptz;
BEGIN
    FOREACH start IN ARRAY starts LOOP
        IF start > free_after THEN
            bursts := bursts + 1;
            free_after := start + span;
        END IF;
    END LOOP;
    RETURN bursts;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("rubrics", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE, reverse_sql="DROP FUNCTION greedy_bursts"),
    ]
