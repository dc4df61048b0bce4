"""Fill an empty database with leads and hits made by the database itself, for benchmarks."""

from collections.abc import Mapping

from django.db import connection
from django.utils import timezone

from leads.models import Product
from rubrics.models import RubricVersion
from rubrics.presets import load_preset
from rubrics.services import load_rubric, publish_version

# How often each signal occurs among the hits: mostly logins and everyday use.
SHARES = {
    "logged_in": 30,
    "feature_used": 40,
    "core_feature_used": 14,
    "onboarding_progress": 4,
    "teammate_invited": 2,
    "pricing_viewed": 3,
    "pricing_viewed_anonymously": 2,
    "integration_connected": 1,
    "checkout_started": 1,
    "premium_feature_used": 1,
    "data_exported": 1,
    "product_emails_unsubscribed": 1,
}


def fill(
    leads: int, hits_per_lead: int, *, thresholds: Mapping[str, int] | None = None
) -> RubricVersion:
    """Make ``leads`` leads with about ``hits_per_lead`` hits each over 90 days, and publish the
    standard preset for them. Hits arrive in time order, as they do in life, not by lead.

    Args:
        thresholds: of a PQL, where the preset's own are not wanted.
    """
    product = Product.objects.create(key="bench", name="Benchmark")
    at = timezone.now()
    document = load_preset("standard")
    document["thresholds"] = {**document["thresholds"], **(thresholds or {})}
    version = load_rubric(document, product=product, by=None, at=at)
    publish_version(version, by=None, at=at)
    signals = dict(product.signals.values_list("key", "pk"))
    picks = [signals[key] for key, share in SHARES.items() for _ in range(share)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_LEADS, {"leads": leads})
        cursor.execute(
            "INSERT INTO leads_trial (lead_id, product_id, started_at, start_is_stated)"
            " SELECT id, %s, %s - interval '80 days' * random(), true FROM leads_lead",
            [product.pk, at],
        )
        cursor.execute(
            _HITS, {"hits": leads * hits_per_lead, "leads": leads, "picks": picks, "at": at}
        )
    connection.commit()
    with connection.cursor() as cursor:
        for table in ("leads_hit", "leads_lead", "leads_account", "leads_trial"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    return version


_LEADS = """
WITH accounts AS (
    INSERT INTO leads_account (name, domain, attributes, is_synthetic, created_at)
    SELECT 'Company ' || n, 'company-' || n || '.example',
        jsonb_build_object(
            'employees', (array[12, 30, 80, 200, 450, 900, 5000])[1 + n %% 7],
            'industry', (array['SaaS', 'Fintech', 'Retail', 'Health', 'Software'])[1 + n %% 5],
            'technologies', jsonb_build_array((array['Salesforce', 'HubSpot', 'Zoho'])[1 + n %% 3]),
            'country', (array['US', 'DE', 'IN', 'GB'])[1 + n %% 4]),
        true, now()
    FROM generate_series(1, %(leads)s / 4) AS n RETURNING id
), numbered AS (SELECT id, row_number() OVER () AS n FROM accounts)
INSERT INTO leads_lead (account_id, email, name, title, attributes, is_synthetic, created_at)
SELECT id, 'person-' || n || '-' || k || '@company-' || n || '.example', 'Person ' || n, t.title,
    jsonb_build_object('email', 'person-' || n || '-' || k || '@company-' || n || '.example',
                       'title', t.title),
    true, now()
FROM numbered, generate_series(1, 4) AS k,
    LATERAL (SELECT (array['VP Marketing', 'Engineer', 'Product Manager', 'CEO'])[k] AS title) AS t
"""

_HITS = """
INSERT INTO leads_hit (lead_id, signal_id, occurred_at, event_id, number, value_key, session_key)
SELECT l.low + floor(%(leads)s * power(random(), 1.5))::bigint,
    (%(picks)s::bigint[])[1 + floor(random() * cardinality(%(picks)s::bigint[]))::int],
    %(at)s - interval '90 days' * ((%(hits)s - n)::float8 / %(hits)s), n,
    floor(random() * 10) * 10, floor(random() * 12)::bigint, floor(n / 20)::bigint
FROM generate_series(1, %(hits)s) AS n, (SELECT min(id) AS low FROM leads_lead) AS l
"""
