"""A version that is no draft does not change, whoever asks: held by the database itself.

The functions know no names of columns but those given to the triggers, so a column that comes later
is frozen unless it is named there. To let another column change, or a version make another move,
make the trigger anew in a migration of its own: :func:`version_guard`.
"""

from django.db import migrations

FREE_COLUMNS = ("status", "published_at", "published_by_id")
MOVES = (
    "draft>publishing",
    "draft>published",
    "publishing>draft",
    "publishing>published",
    "publishing>retired",
    "published>retired",
    "retired>publishing",
    "retired>published",
)
PARTS = ("criterion", "criteriongroup", "band", "rubriclist")

NAME_FUNCTION = """
CREATE FUNCTION rubrics_version_name(wanted bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT r.name || ' v' || v.number FROM rubrics_rubricversion AS v
    JOIN rubrics_rubric AS r ON r.id = v.rubric_id WHERE v.id = wanted
$$
"""

VERSION_FUNCTION = """
CREATE FUNCTION rubrics_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := string_to_array(TG_ARGV[0], ' ');
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION '% is %: only drafts can be deleted.',
                rubrics_version_name(OLD.id), OLD.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'version_is_frozen';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.status <> OLD.status
            AND OLD.status || '>' || NEW.status <> ALL (string_to_array(TG_ARGV[1], ' ')) THEN
        RAISE EXCEPTION '% is %: it cannot become %.',
            rubrics_version_name(OLD.id), OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'version_status_moves';
    END IF;
    IF NEW.created_by_id IS NULL THEN  -- the account of whoever made it is gone
        free := free || 'created_by_id'::text;
    END IF;
    IF OLD.status <> 'draft' AND to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '% is %: it does not change. Make a draft of it.',
            rubrics_version_name(OLD.id), OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'version_is_frozen';
    END IF;
    RETURN NEW;
END $$
"""

# The lock makes who edits a draft wait for who publishes it just then, and the other way round.
PART_FUNCTION = """
CREATE FUNCTION rubrics_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versions bigint[];
    frozen record;
BEGIN
    IF TG_TABLE_NAME = 'rubrics_tier' THEN
        SELECT array_agg(c.version_id) INTO versions FROM rubrics_criterion AS c WHERE c.id IN (
            CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> 'criterion_id')::bigint END,
            CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> 'criterion_id')::bigint END);
    ELSE
        versions := ARRAY[
            CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> 'version_id')::bigint END,
            CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> 'version_id')::bigint END];
    END IF;
    FOR frozen IN SELECT v.id, v.status FROM rubrics_rubricversion AS v
            WHERE v.id = ANY (versions) ORDER BY v.id FOR NO KEY UPDATE LOOP
        IF frozen.status <> 'draft' THEN
            RAISE EXCEPTION '% is %: nothing that it holds changes. Make a draft of it.',
                rubrics_version_name(frozen.id), frozen.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'version_is_frozen';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""


def version_guard(free_columns, moves):
    """The trigger of versions, as (what makes it, what takes it away)."""
    free, allowed = " ".join(free_columns), " ".join(moves)
    return (
        "CREATE TRIGGER version_is_frozen BEFORE UPDATE OR DELETE ON rubrics_rubricversion"
        f" FOR EACH ROW EXECUTE FUNCTION rubrics_guard_version('{free}', '{allowed}')",
        "DROP TRIGGER version_is_frozen ON rubrics_rubricversion",
    )


def part_guard(part):
    return (
        f"CREATE TRIGGER {part}_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON rubrics_{part}"
        " FOR EACH ROW EXECUTE FUNCTION rubrics_guard_part()",
        f"DROP TRIGGER {part}_is_frozen ON rubrics_{part}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("rubrics", "0013_golden_leads"),
    ]

    operations = [
        migrations.RunSQL(NAME_FUNCTION, "DROP FUNCTION rubrics_version_name(bigint)"),
        migrations.RunSQL(VERSION_FUNCTION, "DROP FUNCTION rubrics_guard_version()"),
        migrations.RunSQL(PART_FUNCTION, "DROP FUNCTION rubrics_guard_part()"),
        migrations.RunSQL(*version_guard(FREE_COLUMNS, MOVES)),
        *(migrations.RunSQL(*part_guard(part)) for part in (*PARTS, "tier")),
    ]
