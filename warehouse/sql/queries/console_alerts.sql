-- Which alerts are in this state (any where it is null), the newest first: one page of them?
WITH listed AS (
    SELECT
        alert_id,
        raised_at,
        severity,
        kind,
        brand,
        subject,
        post_id,
        CASE WHEN state <> 'closed' AND snoozed_until > $now THEN 'snoozed' ELSE state END AS state,
        reason,
        stage,
        delivered_at,
        acknowledged_at,
        acknowledged_by,
        snoozed_until,
        closed_at,
        note
    FROM alerts
)
SELECT *
FROM listed
WHERE
    ($state::VARCHAR IS NULL OR state = $state)
    AND ($only::VARCHAR IS NULL OR alert_id = $only)
    AND NOT list_contains($apart::VARCHAR[], alert_id)
    AND (
        $raised_at::TIMESTAMPTZ IS NULL
        OR raised_at < $raised_at
        OR (raised_at = $raised_at AND alert_id > $alert_id)
    )
ORDER BY raised_at DESC, alert_id
LIMIT $size
