-- Which posts that were about nobody any more are about somebody now?
UPDATE posts
SET excluded_reason = NULL
WHERE post_id IN (SELECT unnest($ids)) AND excluded_reason = 'not_about_us'
