-- Which items could not be used, the latest first: one page of them?
SELECT reject_id, source, place, reason, rejected_at
FROM rejects
WHERE
    ($source::VARCHAR IS NULL OR source = $source)
    AND (
        $at::TIMESTAMPTZ IS NULL
        OR rejected_at < $at
        OR (rejected_at = $at AND reject_id < $key)
    )
ORDER BY rejected_at DESC, reject_id DESC
LIMIT $size
