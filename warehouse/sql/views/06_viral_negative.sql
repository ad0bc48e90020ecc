-- Which negative posts are going viral: open alerts of that rule with their posts?
CREATE OR REPLACE VIEW viral_negative AS
SELECT
    a.alert_id,
    a.severity,
    a.raised_at,
    a.reason,
    m.*
FROM alerts AS a
JOIN mentions AS m ON m.post_id = a.post_id AND m.brand = a.brand
WHERE a.kind = 'viral_negative' AND a.state = 'open';
