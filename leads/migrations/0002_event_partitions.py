"""The raw event table, partitioned by month of receipt; Django's model only describes it."""

from django.db import migrations

CREATE = """
CREATE TABLE leads_event (
    id bigserial NOT NULL,
    received_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    source_id bigint NOT NULL REFERENCES leads_source (id) DEFERRABLE INITIALLY DEFERRED,
    lead_id bigint NOT NULL,
    kind varchar(8) NOT NULL,
    name varchar(200) NOT NULL DEFAULT '',
    message_id varchar(200) NOT NULL,
    session varchar(200) NOT NULL DEFAULT '',
    properties jsonb NOT NULL DEFAULT '{}',
    context jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (id, received_at),
    -- Years that no zone offset can push out of a client's range.
    CONSTRAINT event_occurred_in_this_age CHECK (
        occurred_at >= '2000-01-01T00:00:00Z' AND occurred_at < '2100-01-01T00:00:00Z'
    )
) PARTITION BY RANGE (received_at);
CREATE INDEX event_timeline ON leads_event (lead_id, occurred_at DESC);
CREATE TABLE leads_event_default PARTITION OF leads_event DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE, reverse_sql="DROP TABLE leads_event"),
    ]
