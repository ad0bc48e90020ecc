-- What people put right by hand. Rows are only ever added; the latest one about a place wins in
-- the views, whatever model reads the text later. A place is characters of a text, never the
-- number of a moment, which moves.
CREATE TABLE corrections (
    post_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    start INTEGER,
    stop INTEGER,
    what VARCHAR NOT NULL,
    old VARCHAR,
    new VARCHAR,
    "by" VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    note VARCHAR
);
COMMENT ON TABLE corrections IS 'What people put right by hand, with who and when: a label or a place on the journey. The latest wins in the views; rows are only added.';
COMMENT ON COLUMN corrections.post_id IS 'The post.';
COMMENT ON COLUMN corrections.content_hash IS 'The text that was judged; once it is edited the correction no longer counts.';
COMMENT ON COLUMN corrections.field IS 'Where the moment stands, title or body; post where the whole post was judged.';
COMMENT ON COLUMN corrections.start IS 'First character of the moment in that field, from 0; null for the whole post.';
COMMENT ON COLUMN corrections.stop IS 'Character after the last; null for the whole post.';
COMMENT ON COLUMN corrections.what IS 'label, stage or touchpoint.';
COMMENT ON COLUMN corrections.old IS 'What stood there before.';
COMMENT ON COLUMN corrections.new IS 'What it is; null takes earlier corrections back.';
COMMENT ON COLUMN corrections."by" IS 'Who says so.';
COMMENT ON COLUMN corrections."at" IS 'When (UTC).';
COMMENT ON COLUMN corrections.note IS 'Why, in words.';
