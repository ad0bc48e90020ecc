-- Which posts tell of one experience: what one author wrote in one thread, in time order?
-- A view and not a table: it follows edits, deletions and exclusions by itself.
CREATE OR REPLACE VIEW experiences AS
SELECT
    CASE
        WHEN author IS NULL THEN post_id
        ELSE coalesce(thread_id, post_id) || ' ' || author
    END AS experience_id,
    post_id,
    row_number() OVER (
        PARTITION BY coalesce(thread_id, post_id), coalesce(author, post_id)
        ORDER BY coalesce(posted_at, collected_at), post_id
    ) AS sequence
FROM posts
WHERE author_role <> 'brand' AND excluded_reason IS NULL AND deleted_at IS NULL;
