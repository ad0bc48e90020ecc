-- Which notes about former texts of these posts are to go?
DELETE FROM private.screened WHERE post_id IN (SELECT post_id FROM incoming_screened)
