-- Which messages waited in a restored backup, and are not known to wait still? They may have gone
-- out since it was made, so they are not sent, but shown.
UPDATE outbox
SET
    state = 'given_up',
    next_attempt = NULL,
    leased_until = NULL,
    error = 'it waited in the backup that was restored, and may have been sent since'
WHERE state = 'waiting' AND NOT list_contains($known, message_id)
RETURNING message_id
