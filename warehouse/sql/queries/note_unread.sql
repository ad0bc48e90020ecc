-- Which posts of this batch may be to be read, and are not noted yet?
INSERT INTO private.unread
SELECT k.number, k.post_id
FROM known_posts AS k
ANTI JOIN private.unread AS u ON u.number = k.number
