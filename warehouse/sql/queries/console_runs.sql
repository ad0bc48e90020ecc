-- Which visits were made to a source (all where it is null), the latest first: one page of them?
SELECT
    run_id,
    source,
    started_at,
    finished_at,
    seen,
    new,
    changed,
    deleted,
    rejected,
    truncated,
    error_kind,
    error
FROM source_runs
WHERE
    ($source::VARCHAR IS NULL OR source = $source)
    AND (NOT $failed OR error IS NOT NULL)
    AND (
        $at::TIMESTAMPTZ IS NULL
        OR started_at < $at
        OR (started_at = $at AND run_id < $key)
    )
ORDER BY started_at DESC, run_id DESC
LIMIT $size
