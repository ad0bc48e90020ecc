-- Which of these posts were copies in their former texts?
DELETE FROM duplicates WHERE post_id IN (SELECT post_id FROM incoming_screened)
