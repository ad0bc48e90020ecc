-- What do people see of each alert (closed ones where $closed says so), the newest first?
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
WHERE state = 'open' OR $closed
ORDER BY raised_at DESC, alert_id
