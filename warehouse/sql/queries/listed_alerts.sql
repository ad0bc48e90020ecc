-- Which alerts do people see, the newest first: one page of them, or all where $size is null?
-- What is null lets everything through: $state as people see it, $only one alert, $raised_at and
-- $alert_id where the page begins. $waiting leaves only those that nobody took up or closed.
WITH listed AS (
    SELECT
        alert_id,
        raised_at,
        severity,
        kind,
        brand,
        subject,
        post_id,
        CASE WHEN state <> 'closed' AND snoozed_until > $now THEN 'snoozed' ELSE state END AS shown,
        reason,
        stage,
        delivered_at,
        acknowledged_at,
        acknowledged_by,
        snoozed_until,
        closed_at,
        note
    FROM alerts
    WHERE state = 'open' OR NOT $waiting
)
SELECT * RENAME (shown AS state)
FROM listed
WHERE
    ($state::VARCHAR IS NULL OR shown = $state)
    AND ($only::VARCHAR IS NULL OR alert_id = $only)
    AND NOT list_contains($apart::VARCHAR[], alert_id)
    AND (
        $raised_at::TIMESTAMPTZ IS NULL
        OR raised_at < $raised_at
        OR (raised_at = $raised_at AND alert_id > $alert_id)
    )
ORDER BY raised_at DESC, alert_id
LIMIT $size
