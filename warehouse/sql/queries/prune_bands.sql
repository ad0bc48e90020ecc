-- Which posts are too old for a copy of them to be looked for?
DELETE FROM private.bands WHERE kept_at < $before
