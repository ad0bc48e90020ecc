-- How well is each source heard?
SELECT
    source,
    healthy,
    last_started,
    last_success,
    last_failure,
    last_error,
    last_truncated,
    seen,
    new,
    rejected,
    visits
FROM source_health
ORDER BY healthy, source
