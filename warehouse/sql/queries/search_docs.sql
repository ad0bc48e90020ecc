-- Enter these posts.
INSERT INTO search.docs
SELECT number, content_hash, language, len(words)
FROM unread
