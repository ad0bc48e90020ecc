-- Which notes about former texts of these posts are to go?
DELETE FROM private.bands WHERE post_id IN (SELECT post_id FROM incoming_screened)
