-- Which negative posts are going viral: open alerts of that rule with their posts?
CREATE OR REPLACE VIEW viral_negative AS
SELECT
    a.alert_id,
    a.severity,
    a.raised_at,
    a.reason,
    m.*
FROM alerts AS a
JOIN posts AS p ON p.fingerprint = md5_number_lower(a.post_id)
JOIN mentions AS m ON m.number = p.number AND m.brand = a.brand
WHERE a.kind = 'viral_negative' AND a.state = 'open';
