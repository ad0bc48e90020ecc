-- Enter these posts.
INSERT INTO search.docs
SELECT doc, post_id, content_hash, language, len(words)
FROM unread
