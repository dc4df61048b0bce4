-- The statement of nightly.sql for DuckDB: the same steps, in its dialect.
WITH did AS (
    SELECT
        h.lead_id,
        max(h.occurred_at) FILTER (
            WHERE h.signal_id NOT IN ($product_emails_unsubscribed, $premium_downgraded)
        ) AS last_activity,
        max(h.occurred_at) FILTER (WHERE h.signal_id = $logged_in) AS last_login,
        max(h.number) FILTER (WHERE h.signal_id = $onboarding_progress) AS onboarding,
        count(*) FILTER (
            WHERE h.signal_id = $core_feature_used AND h.occurred_at >= t.started_at
                AND h.occurred_at < t.started_at + INTERVAL 336 HOURS
        ) AS core_uses,
        count(*) FILTER (
            WHERE h.signal_id = $logged_in AND h.occurred_at >= t.started_at
                AND h.occurred_at < t.started_at + INTERVAL 168 HOURS
        ) AS early_logins,
        count(*) FILTER (WHERE h.signal_id = $integration_connected) AS integrations,
        count(*) FILTER (WHERE h.signal_id = $teammate_invited) AS invites,
        count(*) FILTER (WHERE h.signal_id = $pricing_viewed) AS pricing,
        count(*) FILTER (WHERE h.signal_id = $pricing_viewed_anonymously) AS anonymous_pricing,
        count(*) FILTER (WHERE h.signal_id = $checkout_started) AS checkouts,
        count(*) FILTER (WHERE h.signal_id = $premium_feature_used) AS premium_uses,
        count(*) FILTER (WHERE h.signal_id = $data_exported) AS exports,
        count(*) FILTER (WHERE h.signal_id = $product_emails_unsubscribed) AS unsubscribes,
        count(*) FILTER (WHERE h.signal_id = $premium_downgraded) AS downgrades
    FROM hits AS h JOIN trials AS t USING (lead_id)
    WHERE h.occurred_at <= $at
    GROUP BY h.lead_id
), depth AS (
    SELECT lead_id, max(features) AS features
    FROM (
        SELECT lead_id, count(DISTINCT value_key) AS features FROM hits
        WHERE signal_id = $feature_used AND session_key IS NOT NULL AND occurred_at <= $at
        GROUP BY lead_id, session_key
    ) AS session
    GROUP BY lead_id
), burst AS (
    SELECT DISTINCT lead_id
    FROM (
        SELECT lead_id, occurred_at,
            lag(occurred_at, 4) OVER (PARTITION BY lead_id ORDER BY occurred_at) AS fourth_before
        FROM hits
        WHERE occurred_at <= $at AND signal_id IN (
            $onboarding_progress, $core_feature_used, $integration_connected, $teammate_invited,
            $pricing_viewed, $checkout_started, $premium_feature_used, $data_exported
        )
    ) AS key_action
    WHERE occurred_at <= fourth_before + INTERVAL 48 HOURS
), profile AS (
    SELECT
        l.lead_id,
        (a.attributes ->> 'employees')::DOUBLE AS employees,
        lower(a.attributes ->> 'industry') AS industry,
        from_json(lower(a.attributes ->> 'technologies'), '["VARCHAR"]') AS technologies,
        lower(coalesce(a.attributes ->> 'country', l.attributes ->> 'country')) AS country,
        lower(l.attributes ->> 'title') AS title,
        lower(split_part(l.attributes ->> 'email', '@', 2)) AS domain
    FROM leads AS l LEFT JOIN accounts AS a USING (account_id)
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
            WHEN regexp_matches(p.title, $senior) THEN 10
            WHEN regexp_matches(p.title, $middle) THEN 6
            WHEN p.title <> '' THEN 2 ELSE 0
        END
        + CASE
            WHEN list_has_any(p.technologies, ['salesforce', 'segment']) THEN 8
            WHEN list_has_any(p.technologies, ['hubspot', 'amplitude', 'mixpanel']) THEN 4 ELSE 0
        END
        + CASE
            WHEN p.country IN ('us', 'ca', 'usa', 'united states', 'canada') THEN 7
            WHEN p.country IN (
                'gb', 'uk', 'de', 'fr', 'au', 'united kingdom', 'germany', 'france', 'australia'
            ) THEN 4 ELSE 0
        END
        + CASE WHEN list_contains($competitors::VARCHAR[], p.domain) THEN -30 ELSE 0 END
        + CASE WHEN list_contains($personal::VARCHAR[], p.domain) THEN -15 ELSE 0 END
        + CASE
            WHEN list_contains($academic::VARCHAR[], p.domain)
                OR regexp_matches(p.domain, $academic_ending) THEN -10 ELSE 0
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
            (epoch_us($at) - epoch_us(coalesce(d.last_login, t.started_at))) // 1209600000000,
            (epoch_us($at) - epoch_us(coalesce(d.last_activity, t.started_at))) // 2592000000000,
            0
        ) AS silence
    FROM trials AS t
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
