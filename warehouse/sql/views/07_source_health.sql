-- Is every source still being heard: its last visit, its last success and its last failure?
-- A visit without an end is going on, or was cut off: two of them since the last that ended were.
CREATE OR REPLACE VIEW source_health AS
WITH ended AS (
    SELECT source, max(started_at) AS at
    FROM source_runs
    WHERE finished_at IS NOT NULL
    GROUP BY source
),
told AS (
    SELECT
        r.source,
        max(r.started_at) AS last_started,
        max(r.finished_at) FILTER (WHERE r.error IS NULL) AS last_success,
        max(r.finished_at) FILTER (WHERE r.error IS NOT NULL) AS last_failure,
        coalesce(
            arg_max(coalesce(r.error_kind, 'none'), r.started_at)
                FILTER (WHERE r.finished_at IS NOT NULL),
            'unheard'
        ) AS last_kind,
        arg_max(coalesce(r.error, ''), r.started_at)
            FILTER (WHERE r.finished_at IS NOT NULL) AS last_error,
        arg_max(coalesce(r.truncated, ''), r.started_at) AS last_truncated,
        CAST(sum(r.seen) AS BIGINT) AS seen,
        CAST(sum(r.new) AS BIGINT) AS new,
        CAST(sum(r.rejected) AS BIGINT) AS rejected,
        count(*) AS visits,
        count(*) FILTER (WHERE r.started_at > e.at OR e.at IS NULL) AS cut_off
    FROM source_runs AS r
    LEFT JOIN ended AS e ON e.source = r.source
    GROUP BY r.source
)
SELECT
    source,
    last_started,
    last_success,
    last_failure,
    last_kind = 'none' AND cut_off < 2 AS healthy,
    CASE
        WHEN cut_off >= 2 THEN 'the last ' || cut_off || ' visits were cut off'
        ELSE coalesce(last_error, '')
    END AS last_error,
    last_truncated,
    seen,
    new,
    rejected,
    visits
FROM told;
