-- What happened to these alerts, and to the messages about them, in order?
SELECT alert_id, changed_at, event, severity, who, note
FROM alert_history
WHERE alert_id IN (SELECT unnest($alerts::VARCHAR[]))
ORDER BY alert_id, sequence
