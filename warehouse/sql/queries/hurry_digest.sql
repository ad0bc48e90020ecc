-- Which messages about this digest have not arrived? They are due now, in nobody's hands or not.
UPDATE outbox
SET
    state = 'waiting',
    next_attempt = $now,
    attempts = CASE WHEN state = 'given_up' THEN 0 ELSE attempts END
WHERE kind = $kind AND key = $key AND state IN ('waiting', 'given_up')
