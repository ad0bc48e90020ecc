-- Why did these alerts fire, in this language? Those from before it was kept are left out.
SELECT
    alert_id,
    reasons ->> $language AS reason
FROM alerts
WHERE list_contains($alerts, alert_id) AND (reasons ->> $language) IS NOT NULL
