-- Which message is to be sent next: the gravest that is due and in nobody's hands?
-- A digest goes at the hour it is made for, whatever severities may be sent now.
SELECT message_id
FROM outbox
WHERE
    state = 'waiting'
    AND next_attempt <= $now
    AND (leased_until IS NULL OR leased_until <= $now)
    AND (kind = 'digest' OR list_contains($severities, severity))
    AND NOT list_contains($skipped, recipient)
ORDER BY CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, created_at, message_id
LIMIT 1
