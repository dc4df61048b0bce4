"""Fill an empty database with leads and hits made by the database itself, for benchmarks.

The made-up life: leads sign up one after another over 80 days, come back in visits of 1 to 19
hits, mostly soon after their sign-up, and then fall silent. Hits arrive in time order, not by
lead. Some of what is known of people and companies is missing, so that every criterion of the
standard preset bites somewhere.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from leads.models import Hit, Product
from rubrics.models import RubricVersion
from rubrics.presets import load_preset
from rubrics.publishing import publish_now
from rubrics.services import load_rubric

# How often each signal occurs among the hits: mostly logins and everyday use.
SHARES = {
    "logged_in": 300,
    "feature_used": 400,
    "core_feature_used": 140,
    "onboarding_progress": 40,
    "teammate_invited": 20,
    "pricing_viewed": 30,
    "pricing_viewed_anonymously": 20,
    "integration_connected": 10,
    "checkout_started": 10,
    "premium_feature_used": 10,
    "data_exported": 10,
    "product_emails_unsubscribed": 8,
    "premium_downgraded": 2,
}
VISIT = 10
"""Hits of a visit, on average."""


def fill(
    leads: int, hits_per_lead: int, *, thresholds: Mapping[str, int] | None = None
) -> RubricVersion:
    """Make ``leads`` leads with about ``hits_per_lead`` hits each over 90 days, and publish the
    standard preset for them.

    Args:
        thresholds: of a PQL, where the preset's own are not wanted.
    """
    product = Product.objects.create(key="bench", name="Benchmark")
    at = timezone.now()
    document = load_preset("standard")
    document["thresholds"] = {**document["thresholds"], **(thresholds or {})}
    version = load_rubric(document, product=product, by=None, at=at)
    publish_now(version, by=None, at=at)
    signals = dict(product.signals.values_list("key", "pk"))
    picks = [signals[key] for key, share in SHARES.items() for _ in range(share)]
    visits = leads * hits_per_lead // VISIT
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_LEADS, {"leads": leads})
        cursor.execute(_TRIALS, {"leads": leads, "product": product.pk, "at": at})
        with _indexes_made_last():
            cursor.execute(_HITS, {"visits": visits, "leads": leads, "picks": picks, "at": at})
        for table in ("leads_hit", "leads_lead", "leads_account", "leads_trial"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    return version


@contextmanager
def _indexes_made_last() -> Iterator[None]:
    """Fifty million hits come in several times as fast without their indexes."""
    (once,), (scoring,) = Hit._meta.constraints, Hit._meta.indexes
    with connection.schema_editor() as editor:
        editor.remove_constraint(Hit, once)
        editor.remove_index(Hit, scoring)
    yield
    with connection.schema_editor() as editor:
        editor.add_constraint(Hit, once)
        editor.add_index(Hit, scoring)


_LEADS = """
WITH accounts AS (
    INSERT INTO leads_account (name, domain, attributes, is_synthetic, created_at)
    SELECT 'Company ' || n, 'company-' || n || '.example',
        jsonb_strip_nulls(jsonb_build_object(
            'employees', (array[12, 30, 80, 200, 450, 900, 5000, null])[1 + n %% 8],
            'industry',
            (array['SaaS', 'Fintech', 'Retail', 'Health', 'software', null])[1 + n %% 6],
            'technologies', CASE WHEN n %% 7 > 0 THEN jsonb_build_array(
                (array['Salesforce', 'HubSpot', 'Zoho'])[1 + n %% 3],
                (array['Slack', 'amplitude', 'Jira', 'Segment', 'Notion'])[1 + n %% 5]) END,
            'country', (array['US', 'DE', 'IN', 'GB', null])[1 + n %% 5])),
        true, now()
    FROM generate_series(1, %(leads)s / 4) AS n RETURNING id
), numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts), people AS (
    SELECT id, n, k, CASE WHEN n %% 11 = k THEN 'gmail.com' WHEN n %% 23 = k THEN 'college.edu'
                     ELSE 'company-' || n || '.example' END AS domain,
        (array['VP Marketing', 'Engineer', 'Product Manager', null])[k] AS title
    FROM numbered, generate_series(1, 4) AS k
)
INSERT INTO leads_lead (account_id, email, name, title, attributes, is_synthetic, created_at)
SELECT id, 'person-' || n || '-' || k || '@' || domain, 'Person ' || n, coalesce(title, ''),
    jsonb_strip_nulls(jsonb_build_object(
        'email', 'person-' || n || '-' || k || '@' || domain, 'title', title,
        'country', CASE n %% 3 WHEN 0 THEN 'FR' END)),
    true, now()
FROM people ORDER BY n, k
"""

_TRIALS = """
INSERT INTO leads_trial (lead_id, product_id, started_at, start_is_stated)
SELECT id, %(product)s, %(at)s - interval '90 days'
    + interval '80 days' * ((row_number() OVER (ORDER BY id) - 1)::float8 / %(leads)s), true
FROM leads_lead ORDER BY id
"""

# A visit is of one of the leads signed up by then; of these, the newer the likelier.
_HITS = """
INSERT INTO leads_hit (lead_id, signal_id, occurred_at, event_id, number, value_key, session_key)
SELECT v.lead_id,
    (%(picks)s::bigint[])[1 + floor(random() * cardinality(%(picks)s::bigint[]))::int],
    v.started_at + k * interval '200 seconds', v.n * 20 + k,
    1 + floor(random() * 10) * 10 + floor(random() * 10), floor(random() * 12)::bigint, v.n
FROM (
    SELECT n, %(at)s - interval '90 days' * (1 - at) - interval '2 hours' AS started_at, size,
        low + floor(least(at * 90 / 80, 1) * %(leads)s * (1 - back * back))::bigint AS lead_id
    FROM (
        SELECT n, n::float8 / %(visits)s AS at, random() AS back,
            1 + floor(random() * 19)::int AS size
        FROM generate_series(1, %(visits)s) AS n OFFSET 0
    ) AS drawn, (SELECT min(id) AS low FROM leads_lead) AS first
) AS v, generate_series(1, v.size) AS k
"""
