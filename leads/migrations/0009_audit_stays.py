"""An audit entry is neither changed nor deleted: held by the database itself.

Only who did it may become nobody, when the person's account is deleted.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION leads_guard_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.by_id IS NOT NULL
            OR to_jsonb(NEW) - 'by_id' <> to_jsonb(OLD) - 'by_id' THEN
        RAISE EXCEPTION 'The audit log is only added to.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_entry_stays';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = (
    "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON leads_auditentry"
    " FOR EACH ROW EXECUTE FUNCTION leads_guard_audit()"
)


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0008_remapping"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION leads_guard_audit()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER audit_entry_stays ON leads_auditentry"),
    ]
