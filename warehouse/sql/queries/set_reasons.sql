-- What is each of these posts left out for, if for anything?
UPDATE posts
SET excluded_reason = i.reason
FROM incoming_reasons AS i
WHERE posts.post_id = i.post_id AND posts.excluded_reason IS DISTINCT FROM i.reason
