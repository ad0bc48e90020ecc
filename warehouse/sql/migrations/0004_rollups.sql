-- A short number for every post, shared by the tables that speak of it, so that what belongs to a
-- few posts is found without reading all: numbers grow as posts come in, so what is near in time
-- lies together. And no keys on the tables that grow: making a key's entries anew costs more than
-- the rows (half a minute a million), while anti-joins under the writer's lock keep doubles out in
-- every home.

CREATE TABLE posts_before AS
SELECT *, row_number() OVER (ORDER BY coalesce(posted_at, collected_at), post_id) AS number
FROM posts;
DROP TABLE posts;
CREATE TABLE posts (
    post_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    url VARCHAR,
    author VARCHAR,
    author_role VARCHAR NOT NULL,
    title VARCHAR,
    body VARCHAR NOT NULL,
    language VARCHAR,
    rating DOUBLE,
    posted_at TIMESTAMPTZ,
    collected_at TIMESTAMPTZ NOT NULL,
    edited_at TIMESTAMPTZ,
    deleted_at TIMESTAMPTZ,
    thread_id VARCHAR,
    parent_id VARCHAR,
    content_hash VARCHAR NOT NULL,
    excluded_reason VARCHAR,
    attributes JSON,
    number BIGINT NOT NULL
);
INSERT INTO posts SELECT * FROM posts_before ORDER BY number;
DROP TABLE posts_before;
COMMENT ON TABLE posts IS 'One row per public item (review, post, comment), however many brands it is about.';
COMMENT ON COLUMN posts.post_id IS 'Key: platform:native id, the same by whichever way the item came.';
COMMENT ON COLUMN posts.platform IS 'Where it was published, e.g. reddit, app_store.';
COMMENT ON COLUMN posts.kind IS 'review, post or comment.';
COMMENT ON COLUMN posts.url IS 'Address of the item, where it has one.';
COMMENT ON COLUMN posts.author IS 'Keyed hash of the writer, never a name; the same writer has the same hash on one platform.';
COMMENT ON COLUMN posts.author_role IS 'Who wrote it: customer, brand (the company''s own accounts) or unknown.';
COMMENT ON COLUMN posts.title IS 'Title, where it has one.';
COMMENT ON COLUMN posts.body IS 'Text; empty once the item is deleted upstream.';
COMMENT ON COLUMN posts.language IS 'ISO 639-1 code, as the platform says or as identified.';
COMMENT ON COLUMN posts.rating IS 'Stars on the scale 1 to 5, or null.';
COMMENT ON COLUMN posts.posted_at IS 'When it was published (UTC).';
COMMENT ON COLUMN posts.collected_at IS 'When umot first stored it (UTC).';
COMMENT ON COLUMN posts.edited_at IS 'When its text last changed (UTC), as the platform says or as seen.';
COMMENT ON COLUMN posts.deleted_at IS 'When it was first seen deleted or removed (UTC); its text is gone then.';
COMMENT ON COLUMN posts.thread_id IS 'post_id of the root of its thread.';
COMMENT ON COLUMN posts.parent_id IS 'post_id of what it replies to.';
COMMENT ON COLUMN posts.content_hash IS 'Changes when title or text changes; joins readings to the text they read.';
COMMENT ON COLUMN posts.excluded_reason IS 'Why views leave it out: duplicate_of, spam, job_advert, not_about_us; else null.';
COMMENT ON COLUMN posts.attributes IS 'What only this platform tells, e.g. app_version, as a JSON object of strings.';
COMMENT ON COLUMN posts.number IS 'Short key of the post, in the order in which posts came in; the other tables have it too.';

CREATE TABLE post_brands_before AS
SELECT x.*, p.number
FROM post_brands AS x
JOIN posts AS p ON p.post_id = x.post_id
ORDER BY p.number;
DROP TABLE post_brands;
CREATE TABLE post_brands (
    post_id VARCHAR NOT NULL,
    brand VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    matched_by VARCHAR,
    number BIGINT NOT NULL
);
INSERT INTO post_brands SELECT * FROM post_brands_before;
DROP TABLE post_brands_before;
COMMENT ON TABLE post_brands IS 'Whom a post is about, and which source found it first.';
COMMENT ON COLUMN post_brands.post_id IS 'The post.';
COMMENT ON COLUMN post_brands.brand IS 'The brand it is about.';
COMMENT ON COLUMN post_brands.role IS 'own or competitor.';
COMMENT ON COLUMN post_brands.source IS 'The configured source that brought it first.';
COMMENT ON COLUMN post_brands.matched_by IS 'How it was matched to the brand, e.g. source.';
COMMENT ON COLUMN post_brands.number IS 'Number of the post.';

CREATE TABLE sentiments_before AS
SELECT x.*, p.number
FROM sentiments AS x
JOIN posts AS p ON p.post_id = x.post_id
ORDER BY p.number;
DROP TABLE sentiments;
CREATE TABLE sentiments (
    post_id VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    label VARCHAR,
    negative FLOAT,
    neutral FLOAT,
    positive FLOAT,
    score FLOAT,
    classified_at TIMESTAMPTZ NOT NULL,
    number BIGINT NOT NULL
);
INSERT INTO sentiments SELECT * FROM sentiments_before;
DROP TABLE sentiments_before;
COMMENT ON TABLE sentiments IS 'How each model read each text; every post is visited once per model and text.';
COMMENT ON COLUMN sentiments.post_id IS 'The post.';
COMMENT ON COLUMN sentiments.model IS 'Name and version of the model.';
COMMENT ON COLUMN sentiments.content_hash IS 'The text that was read.';
COMMENT ON COLUMN sentiments.status IS 'scored, unscored_language, empty or failed.';
COMMENT ON COLUMN sentiments.label IS 'negative, neutral or positive; null unless scored.';
COMMENT ON COLUMN sentiments.negative IS 'Probability of negative, 0 to 1.';
COMMENT ON COLUMN sentiments.neutral IS 'Probability of neutral, 0 to 1.';
COMMENT ON COLUMN sentiments.positive IS 'Probability of positive, 0 to 1.';
COMMENT ON COLUMN sentiments.score IS 'p(positive) - p(negative), -1 to 1.';
COMMENT ON COLUMN sentiments.classified_at IS 'When it was read (UTC).';
COMMENT ON COLUMN sentiments.number IS 'Number of the post.';

CREATE TABLE moment_readings_before AS
SELECT x.*, p.number
FROM moment_readings AS x
JOIN posts AS p ON p.post_id = x.post_id
ORDER BY p.number;
DROP TABLE moment_readings;
CREATE TABLE moment_readings (
    post_id VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    map_version VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    field VARCHAR NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    label VARCHAR NOT NULL,
    score FLOAT NOT NULL,
    stage VARCHAR NOT NULL,
    touchpoint VARCHAR NOT NULL,
    stage_confidence FLOAT NOT NULL,
    runner_up VARCHAR,
    matched_example VARCHAR,
    is_peak BOOLEAN NOT NULL,
    is_end BOOLEAN NOT NULL,
    number BIGINT NOT NULL
);
INSERT INTO moment_readings SELECT * FROM moment_readings_before;
DROP TABLE moment_readings_before;
COMMENT ON TABLE moment_readings IS 'Moments of every model and journey map that was used; the view moments shows the active ones.';
COMMENT ON COLUMN moment_readings.post_id IS 'The post.';
COMMENT ON COLUMN moment_readings.model IS 'The model that read it.';
COMMENT ON COLUMN moment_readings.map_version IS 'The journey map it was traced on.';
COMMENT ON COLUMN moment_readings.content_hash IS 'The text that was read.';
COMMENT ON COLUMN moment_readings.position IS 'Order in the post, from 0.';
COMMENT ON COLUMN moment_readings.field IS 'title or body.';
COMMENT ON COLUMN moment_readings.start IS 'First character in that field, from 0.';
COMMENT ON COLUMN moment_readings.stop IS 'Character after the last.';
COMMENT ON COLUMN moment_readings.label IS 'negative, neutral or positive.';
COMMENT ON COLUMN moment_readings.score IS 'p(positive) - p(negative) of the span in its context, -1 to 1.';
COMMENT ON COLUMN moment_readings.stage IS 'zero, definitive, peak, end, ultimate or none.';
COMMENT ON COLUMN moment_readings.touchpoint IS 'Key of the touchpoint on the journey map, or none.';
COMMENT ON COLUMN moment_readings.stage_confidence IS 'How sure the stage is, 0 to 1.';
COMMENT ON COLUMN moment_readings.runner_up IS 'The touchpoint that came second.';
COMMENT ON COLUMN moment_readings.matched_example IS 'The map''s example it resembles most.';
COMMENT ON COLUMN moment_readings.is_peak IS 'The moment of the post with the strongest emotion.';
COMMENT ON COLUMN moment_readings.is_end IS 'The last moment of the post.';
COMMENT ON COLUMN moment_readings.number IS 'Number of the post.';

CREATE TABLE engagement_before AS
SELECT x.*, p.number
FROM engagement AS x
JOIN posts AS p ON p.post_id = x.post_id
ORDER BY p.number;
DROP TABLE engagement;
CREATE TABLE engagement (
    post_id VARCHAR NOT NULL,
    observed_at TIMESTAMPTZ,
    likes BIGINT,
    replies BIGINT,
    shares BIGINT,
    views BIGINT,
    audience BIGINT,
    number BIGINT NOT NULL
);
INSERT INTO engagement SELECT * FROM engagement_before;
DROP TABLE engagement_before;
COMMENT ON TABLE engagement IS 'Reach of a post over time: a row per observation in which a count differs from the one before.';
COMMENT ON COLUMN engagement.post_id IS 'The post.';
COMMENT ON COLUMN engagement.observed_at IS 'When the counts were seen (UTC); null for an import that does not say.';
COMMENT ON COLUMN engagement.likes IS 'Likes, votes or score.';
COMMENT ON COLUMN engagement.replies IS 'Replies or comments.';
COMMENT ON COLUMN engagement.shares IS 'Shares, reposts or retweets.';
COMMENT ON COLUMN engagement.views IS 'Views.';
COMMENT ON COLUMN engagement.audience IS 'Followers, subscribers or views of the channel.';
COMMENT ON COLUMN engagement.number IS 'Number of the post.';

CREATE TABLE private.raw_items_before AS
SELECT x.*, p.number
FROM private.raw_items AS x
JOIN posts AS p ON p.post_id = x.post_id
ORDER BY p.number;
DROP TABLE private.raw_items;
CREATE TABLE private.raw_items (
    source VARCHAR NOT NULL,
    post_id VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    payload JSON NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    number BIGINT NOT NULL
);
INSERT INTO private.raw_items SELECT * FROM private.raw_items_before;
DROP TABLE private.raw_items_before;
COMMENT ON TABLE private.raw_items IS 'The latest item behind each post as the platform gave it, to parse again.';

-- Which posts are to be looked at for reading: those that came or changed since all were.
CREATE TABLE private.unread (number BIGINT NOT NULL, post_id VARCHAR NOT NULL);
COMMENT ON TABLE private.unread IS 'Posts that the reader named in unread_by may still have to read; no other has to be looked at.';
CREATE TABLE private.unread_by (
    model VARCHAR NOT NULL, map_version VARCHAR NOT NULL, languages VARCHAR NOT NULL
);
COMMENT ON TABLE private.unread_by IS 'One row, or none: the model, map and languages for which unread was made.';
