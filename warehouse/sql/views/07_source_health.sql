-- Is every source still being heard: its last visit, its last success and its last failure?
CREATE OR REPLACE VIEW source_health AS
SELECT
    source,
    max(started_at) AS last_started,
    max(finished_at) FILTER (WHERE error IS NULL) AS last_success,
    max(finished_at) FILTER (WHERE error IS NOT NULL) AS last_failure,
    arg_max(coalesce(error_kind, 'none'), started_at) = 'none'
        AND max(finished_at) IS NOT NULL AS healthy,
    arg_max(coalesce(error, ''), started_at) AS last_error,
    arg_max(coalesce(truncated, ''), started_at) AS last_truncated,
    CAST(sum(seen) AS BIGINT) AS seen,
    CAST(sum(new) AS BIGINT) AS new,
    CAST(sum(rejected) AS BIGINT) AS rejected,
    count(*) AS visits
FROM source_runs
GROUP BY source;
