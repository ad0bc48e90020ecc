-- Which rejected items were not known yet?
INSERT INTO rejects
SELECT i.reject_id, $source AS source, i.place, i.reason, i.rejected_at
FROM incoming_rejects AS i
ANTI JOIN rejects AS r ON r.reject_id = i.reject_id
