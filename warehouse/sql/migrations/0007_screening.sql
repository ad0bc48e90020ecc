-- What was looked at for copies, spam and job adverts, and which posts are copies of which.
-- No primary keys: a row that is replaced in one transaction would be taken for a second one.
CREATE TABLE duplicates (
    post_id VARCHAR NOT NULL,
    original VARCHAR NOT NULL,
    likeness DOUBLE NOT NULL,
    found_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE duplicates IS 'Posts that say the same as an earlier one about the same brand: kept, and left out of views.';
COMMENT ON COLUMN duplicates.post_id IS 'The copy.';
COMMENT ON COLUMN duplicates.original IS 'post_id of the one that counts: the first that was stored.';
COMMENT ON COLUMN duplicates.likeness IS 'Share of their words, taken three in a row, that both have: 0 to 1.';
COMMENT ON COLUMN duplicates.found_at IS 'When it was found (UTC).';

CREATE TABLE private.screened (post_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL);
COMMENT ON TABLE private.screened IS 'Which text of each post was looked at for copies, spam and job adverts.';

CREATE TABLE private.bands (
    post_id VARCHAR NOT NULL,
    band BIGINT NOT NULL,
    kept_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE private.bands IS 'Numbers that like texts share, of posts that are no copies; old ones go.';
