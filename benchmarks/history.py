"""What was known of the made-up leads and accounts since when, and what became of them."""

from datetime import datetime

from django.db import connection

CONVERTS = 12
"""One lead of so many, more often one who is busy: by how many hits it had in its first two weeks,
which nothing else in this life goes by."""


def add_history(at: datetime) -> None:
    """Write it, in the place of what a former run wrote; nothing happens after ``at``."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE leads_attributechange, leads_outcome CASCADE")
        cursor.execute(_OF_LEADS)
        cursor.execute(_OF_ACCOUNTS)
        cursor.execute(_OUTCOMES, {"at": at, "one_of": CONVERTS})
        for table in ("leads_attributechange", "leads_outcome"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")


# Known with the sign-up; every tenth lead's title becomes known a week later.
_OF_LEADS = """
INSERT INTO leads_attributechange (lead_id, name, value, known_at, confirmed_at)
SELECT l.id, told.name, told.value, told.known_at, told.known_at
FROM leads_lead AS l JOIN leads_trial AS t ON t.lead_id = l.id, LATERAL (
    SELECT '$account' AS name, to_jsonb(l.account_id) AS value, t.started_at AS known_at
    UNION ALL SELECT key, value, t.started_at
        + CASE WHEN key = 'title' AND l.id % 10 = 0 THEN interval '7 days' ELSE '0' END
    FROM jsonb_each(l.attributes)) AS told
"""
_OF_ACCOUNTS = """
INSERT INTO leads_attributechange (account_id, name, value, known_at, confirmed_at)
SELECT a.id, told.key, told.value, began.at, began.at
FROM leads_account AS a JOIN (
    SELECT l.account_id, min(t.started_at) AS at
    FROM leads_lead AS l JOIN leads_trial AS t ON t.lead_id = l.id GROUP BY l.account_id
) AS began ON began.account_id = a.id, jsonb_each(a.attributes) AS told
"""
_OUTCOMES = """
INSERT INTO leads_outcome (lead_id, product_id, kind, occurred_at, currency, note, recorded_at)
SELECT t.lead_id, t.product_id, 'converted', came.at, '', '', came.at
FROM leads_trial AS t, LATERAL (
    SELECT t.started_at + (15 + t.lead_id %% 40) * interval '1 day' AS at,
        (SELECT count(*) FROM leads_hit AS h WHERE h.lead_id = t.lead_id
            AND h.occurred_at < t.started_at + interval '14 days') AS busy) AS came
WHERE came.at <= %(at)s AND t.lead_id * 7919 %% 100 < came.busy * 100 / (%(one_of)s * 10)
"""
