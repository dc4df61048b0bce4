-- The standard preset by hand: what a nightly script without an engine would run. No reasons, no
-- unknowns, no due times; every number of the rubric stands in the code. Only one burst is ever
-- paid, so it is enough to find out whether there was any.
WITH trial AS (
    SELECT lead_id, started_at FROM leads_trial WHERE product_id = %(product)s
), did AS (
    SELECT
        h.lead_id,
        max(h.occurred_at) FILTER (
            WHERE h.signal_id NOT IN (%(product_emails_unsubscribed)s, %(premium_downgraded)s)
        ) AS last_activity,
        max(h.occurred_at) FILTER (WHERE h.signal_id = %(logged_in)s) AS last_login,
        max(h.number) FILTER (WHERE h.signal_id = %(onboarding_progress)s) AS onboarding,
        count(*) FILTER (
            WHERE h.signal_id = %(core_feature_used)s AND h.occurred_at >= t.started_at
                AND h.occurred_at < t.started_at + interval '336 hours'
        ) AS core_uses,
        count(*) FILTER (
            WHERE h.signal_id = %(logged_in)s AND h.occurred_at >= t.started_at
                AND h.occurred_at < t.started_at + interval '168 hours'
        ) AS early_logins,
        count(*) FILTER (WHERE h.signal_id = %(integration_connected)s) AS integrations,
        count(*) FILTER (WHERE h.signal_id = %(teammate_invited)s) AS invites,
        count(*) FILTER (WHERE h.signal_id = %(pricing_viewed)s) AS pricing,
        count(*) FILTER (WHERE h.signal_id = %(pricing_viewed_anonymously)s) AS anonymous_pricing,
        count(*) FILTER (WHERE h.signal_id = %(checkout_started)s) AS checkouts,
        count(*) FILTER (WHERE h.signal_id = %(premium_feature_used)s) AS premium_uses,
        count(*) FILTER (WHERE h.signal_id = %(data_exported)s) AS exports,
        count(*) FILTER (WHERE h.signal_id = %(product_emails_unsubscribed)s) AS unsubscribes,
        count(*) FILTER (WHERE h.signal_id = %(premium_downgraded)s) AS downgrades
    FROM leads_hit AS h JOIN trial AS t USING (lead_id)
    WHERE h.occurred_at <= %(at)s
    GROUP BY h.lead_id
), depth AS (
    SELECT lead_id, max(features) AS features
    FROM (
        SELECT lead_id, count(DISTINCT value_key) AS features FROM leads_hit
        WHERE signal_id = %(feature_used)s AND session_key IS NOT NULL AND occurred_at <= %(at)s
        GROUP BY lead_id, session_key
    ) AS session
    GROUP BY lead_id
), burst AS (
    SELECT DISTINCT lead_id
    FROM (
        SELECT lead_id, occurred_at,
            lag(occurred_at, 4) OVER (PARTITION BY lead_id ORDER BY occurred_at) AS fourth_before
        FROM leads_hit
        WHERE occurred_at <= %(at)s AND signal_id IN (
            %(onboarding_progress)s, %(core_feature_used)s, %(integration_connected)s,
            %(teammate_invited)s, %(pricing_viewed)s, %(checkout_started)s,
            %(premium_feature_used)s, %(data_exported)s
        )
    ) AS key_action
    WHERE occurred_at <= fourth_before + interval '48 hours'
), profile AS (
    SELECT
        l.id AS lead_id,
        (a.attributes ->> 'employees')::numeric AS employees,
        lower(a.attributes ->> 'industry') AS industry,
        lower(a.attributes ->> 'technologies')::jsonb AS technologies,
        lower(coalesce(a.attributes ->> 'country', l.attributes ->> 'country')) AS country,
        lower(l.attributes ->> 'title') AS title,
        lower(split_part(l.attributes ->> 'email', '@', 2)) AS domain
    FROM leads_lead AS l LEFT JOIN leads_account AS a ON a.id = l.account_id
), points AS (
    SELECT
        t.lead_id,
        CASE
            WHEN p.employees BETWEEN 50 AND 500 THEN 15
            WHEN p.employees BETWEEN 25 AND 49 OR p.employees BETWEEN 501 AND 1000 THEN 8 ELSE 0
        END
        + CASE
            WHEN p.industry IN ('saas', 'software') THEN 10
            WHEN p.industry IN ('fintech', 'analytics', 'martech') THEN 5 ELSE 0
        END
        + CASE
            WHEN p.title ~ %(senior)s THEN 10
            WHEN p.title ~ %(middle)s THEN 6
            WHEN p.title <> '' THEN 2 ELSE 0
        END
        + CASE
            WHEN p.technologies ?| ARRAY['salesforce', 'segment'] THEN 8
            WHEN p.technologies ?| ARRAY['hubspot', 'amplitude', 'mixpanel'] THEN 4 ELSE 0
        END
        + CASE
            WHEN p.country IN ('us', 'ca', 'usa', 'united states', 'canada') THEN 7
            WHEN p.country IN (
                'gb', 'uk', 'de', 'fr', 'au', 'united kingdom', 'germany', 'france', 'australia'
            ) THEN 4 ELSE 0
        END
        + CASE WHEN p.domain = ANY(%(competitors)s::text[]) THEN -30 ELSE 0 END
        + CASE WHEN p.domain = ANY(%(personal)s::text[]) THEN -15 ELSE 0 END
        + CASE
            WHEN p.domain = ANY(%(academic)s::text[])
                OR p.domain LIKE ANY(%(academic_endings)s::text[]) THEN -10 ELSE 0
        END AS fit,
        CASE WHEN d.onboarding >= 100 THEN 15 WHEN d.onboarding > 50 THEN 8 ELSE 0 END
        + CASE WHEN d.core_uses >= 3 THEN 20 ELSE 0 END
        + CASE WHEN d.integrations >= 1 THEN 15 ELSE 0 END
        + CASE WHEN d.invites >= 2 THEN 15 WHEN d.invites = 1 THEN 10 ELSE 0 END
        + CASE WHEN d.pricing >= 1 THEN 10 WHEN d.anonymous_pricing >= 1 THEN 3 ELSE 0 END
        + CASE WHEN d.checkouts >= 1 THEN 15 ELSE 0 END
        + CASE WHEN d.premium_uses >= 1 THEN 8 ELSE 0 END
        + CASE WHEN d.exports >= 1 THEN 5 ELSE 0 END
        + CASE
            WHEN d.early_logins >= 5 THEN 10 WHEN d.early_logins >= 3 THEN 5
            WHEN d.early_logins >= 1 THEN 2 ELSE 0
        END
        + CASE WHEN s.features >= 3 THEN 5 ELSE 0 END
        + CASE WHEN d.unsubscribes >= 1 THEN -5 ELSE 0 END
        + CASE WHEN d.downgrades >= 1 THEN -8 ELSE 0 END AS actions,
        CASE WHEN b.lead_id IS NOT NULL THEN 25 ELSE 0 END AS velocity,
        10 * greatest(
            div(extract(epoch FROM %(at)s - coalesce(d.last_login, t.started_at)), 1209600),
            div(extract(epoch FROM %(at)s - coalesce(d.last_activity, t.started_at)), 2592000),
            0
        ) AS silence
    FROM trial AS t
    JOIN profile AS p USING (lead_id)
    LEFT JOIN did AS d USING (lead_id)
    LEFT JOIN depth AS s USING (lead_id)
    LEFT JOIN burst AS b USING (lead_id)
), held AS (
    SELECT lead_id, silence, least(greatest(fit, 0), 50) AS fit,
        least(least(greatest(actions, 0), 100) + velocity, 100) AS raw
    FROM points
), faded AS (
    SELECT lead_id, fit, greatest(least(raw, 5), raw - silence) AS behavior FROM held
)
SELECT lead_id, fit, behavior, fit + behavior AS total,
    fit + behavior >= 80 AND fit >= 15 AND behavior >= 40 AS is_pql
FROM faded
