-- Which rejected items' content is not kept yet?
INSERT INTO private.rejected_items
SELECT i.reject_id, i.payload
FROM incoming_rejects AS i
ANTI JOIN private.rejected_items AS r ON r.reject_id = i.reject_id
