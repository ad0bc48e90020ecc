-- What did people put right in these posts, the latest first?
SELECT post_id, content_hash, field, start, stop, what, old, new, "by", "at", note
FROM corrections
WHERE post_id IN (SELECT unnest($posts::VARCHAR[]))
ORDER BY "at" DESC, post_id, field, start, what
