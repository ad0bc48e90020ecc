-- What the warehouse keeps. Times are UTC; keys are enforced by primary keys where they may not
-- be null, and by anti-joins under the writer's lock everywhere. There are no foreign keys:
-- DuckDB refuses upserts of referenced rows.

CREATE TABLE brands (
    brand VARCHAR PRIMARY KEY,
    time_zone VARCHAR NOT NULL,
    language VARCHAR NOT NULL
);
COMMENT ON TABLE brands IS 'Whom posts are about: the monitored brand and its competitors.';
COMMENT ON COLUMN brands.brand IS 'Name of the brand.';
COMMENT ON COLUMN brands.time_zone IS 'Time zone whose days the views count in, e.g. Europe/Amsterdam.';
COMMENT ON COLUMN brands.language IS 'Language of its digest and alerts: nl or en.';

CREATE TABLE posts (
    post_id VARCHAR PRIMARY KEY,
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
    attributes JSON
);
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

CREATE TABLE post_brands (
    post_id VARCHAR,
    brand VARCHAR,
    role VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    matched_by VARCHAR,
    PRIMARY KEY (post_id, brand)
);
COMMENT ON TABLE post_brands IS 'Whom a post is about, and which source found it first.';
COMMENT ON COLUMN post_brands.post_id IS 'The post.';
COMMENT ON COLUMN post_brands.brand IS 'The brand it is about.';
COMMENT ON COLUMN post_brands.role IS 'own or competitor.';
COMMENT ON COLUMN post_brands.source IS 'The configured source that brought it first.';
COMMENT ON COLUMN post_brands.matched_by IS 'How it was matched to the brand, e.g. source.';

CREATE TABLE sentiments (
    post_id VARCHAR,
    model VARCHAR,
    content_hash VARCHAR,
    status VARCHAR NOT NULL,
    label VARCHAR,
    negative FLOAT,
    neutral FLOAT,
    positive FLOAT,
    score FLOAT,
    classified_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (post_id, model, content_hash)
);
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

CREATE TABLE moment_readings (
    post_id VARCHAR,
    model VARCHAR,
    map_version VARCHAR,
    content_hash VARCHAR,
    position INTEGER,
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
    PRIMARY KEY (post_id, model, map_version, content_hash, position)
);
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

CREATE TABLE engagement (
    post_id VARCHAR NOT NULL,
    observed_at TIMESTAMPTZ,
    likes BIGINT,
    replies BIGINT,
    shares BIGINT,
    views BIGINT,
    audience BIGINT
);
COMMENT ON TABLE engagement IS 'Reach of a post over time: a row per observation in which a count differs from the one before.';
COMMENT ON COLUMN engagement.post_id IS 'The post.';
COMMENT ON COLUMN engagement.observed_at IS 'When the counts were seen (UTC); null for an import that does not say.';
COMMENT ON COLUMN engagement.likes IS 'Likes, votes or score.';
COMMENT ON COLUMN engagement.replies IS 'Replies or comments.';
COMMENT ON COLUMN engagement.shares IS 'Shares, reposts or retweets.';
COMMENT ON COLUMN engagement.views IS 'Views.';
COMMENT ON COLUMN engagement.audience IS 'Followers, subscribers or views of the channel.';

CREATE TABLE alerts (
    alert_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    brand VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    post_id VARCHAR,
    severity VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    raised_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,
    delivered_at TIMESTAMPTZ,
    acknowledged_at TIMESTAMPTZ,
    snoozed_until TIMESTAMPTZ,
    note VARCHAR
);
COMMENT ON TABLE alerts IS 'Warnings that need people: one per rule and post or series.';
COMMENT ON COLUMN alerts.alert_id IS 'Key, made from rule, brand and subject.';
COMMENT ON COLUMN alerts.kind IS 'The rule that fired, e.g. viral_negative.';
COMMENT ON COLUMN alerts.brand IS 'The brand it is about.';
COMMENT ON COLUMN alerts.subject IS 'What it is about: a post_id or the name of a series.';
COMMENT ON COLUMN alerts.post_id IS 'The post, where it is about one.';
COMMENT ON COLUMN alerts.severity IS 'low, medium or high.';
COMMENT ON COLUMN alerts.state IS 'open, acknowledged or closed.';
COMMENT ON COLUMN alerts.raised_at IS 'When it was raised (UTC).';
COMMENT ON COLUMN alerts.reason IS 'Why it fired, with the numbers, in the brand''s language.';
COMMENT ON COLUMN alerts.delivered_at IS 'When it was sent (UTC).';
COMMENT ON COLUMN alerts.acknowledged_at IS 'When somebody took it up (UTC).';
COMMENT ON COLUMN alerts.snoozed_until IS 'Until when it keeps quiet (UTC).';
COMMENT ON COLUMN alerts.note IS 'What the team wrote down.';

CREATE TABLE source_runs (
    run_id VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    seen BIGINT NOT NULL,
    new BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    truncated VARCHAR,
    error_kind VARCHAR,
    error VARCHAR
);
COMMENT ON TABLE source_runs IS 'Each visit to a source and what came of it.';
COMMENT ON COLUMN source_runs.run_id IS 'Key.';
COMMENT ON COLUMN source_runs.source IS 'The configured source.';
COMMENT ON COLUMN source_runs.started_at IS 'Start (UTC).';
COMMENT ON COLUMN source_runs.finished_at IS 'End (UTC); null for a visit that is under way or was killed.';
COMMENT ON COLUMN source_runs.seen IS 'Items seen.';
COMMENT ON COLUMN source_runs.new IS 'Posts that were new.';
COMMENT ON COLUMN source_runs.changed IS 'Posts whose text or details had changed.';
COMMENT ON COLUMN source_runs.deleted IS 'Posts found deleted.';
COMMENT ON COLUMN source_runs.rejected IS 'Items that could not be used; see rejects.';
COMMENT ON COLUMN source_runs.truncated IS 'What the platform or a cap kept back.';
COMMENT ON COLUMN source_runs.error_kind IS 'fatal or retriable, where the visit failed.';
COMMENT ON COLUMN source_runs.error IS 'The failure in a line.';

CREATE TABLE rejects (
    reject_id VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    rejected_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE rejects IS 'Items that could not be used and why; their content is kept apart, unpublished.';
COMMENT ON COLUMN rejects.reject_id IS 'Key, made from source, place and content.';
COMMENT ON COLUMN rejects.source IS 'The configured source.';
COMMENT ON COLUMN rejects.place IS 'Where the item stood, e.g. a file and line.';
COMMENT ON COLUMN rejects.reason IS 'Why it could not be used.';
COMMENT ON COLUMN rejects.rejected_at IS 'When it was first seen (UTC).';

CREATE TABLE touchpoints (
    map_version VARCHAR,
    touchpoint VARCHAR,
    stage VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    name_nl VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (map_version, touchpoint)
);
COMMENT ON TABLE touchpoints IS 'The contact moments of each journey map that was used.';
COMMENT ON COLUMN touchpoints.map_version IS 'Version of the map.';
COMMENT ON COLUMN touchpoints.touchpoint IS 'Key of the touchpoint.';
COMMENT ON COLUMN touchpoints.stage IS 'Its stage: zero, definitive, peak, end or ultimate.';
COMMENT ON COLUMN touchpoints.channel IS 'Its channel, e.g. website, phone.';
COMMENT ON COLUMN touchpoints.name_nl IS 'Its Dutch name.';
COMMENT ON COLUMN touchpoints.name_en IS 'Its English name.';
COMMENT ON COLUMN touchpoints.position IS 'Its place on the map.';

CREATE TABLE active (
    model VARCHAR,
    map_version VARCHAR
);
COMMENT ON TABLE active IS 'One row: the model and journey map that the views follow.';
COMMENT ON COLUMN active.model IS 'The active model.';
COMMENT ON COLUMN active.map_version IS 'The active journey map.';
INSERT INTO active VALUES (NULL, NULL);

-- What is never published: raw items hold names.
CREATE SCHEMA private;
CREATE TABLE private.cursors (source VARCHAR PRIMARY KEY, cursor JSON NOT NULL, saved_at TIMESTAMPTZ NOT NULL);
CREATE TABLE private.raw_items (
    source VARCHAR,
    post_id VARCHAR,
    place VARCHAR NOT NULL,
    payload JSON NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (source, post_id)
);
CREATE TABLE private.rejected_items (reject_id VARCHAR PRIMARY KEY, payload JSON NOT NULL);
COMMENT ON TABLE private.cursors IS 'How far each source has been read; saved with the posts it speaks of.';
COMMENT ON TABLE private.raw_items IS 'The latest item behind each post as the platform gave it, to parse again.';
COMMENT ON TABLE private.rejected_items IS 'The content of rejects.';

-- Counts every stored change of what is published, so that an unchanged warehouse is not
-- published again.
CREATE TABLE private.changes (change UBIGINT NOT NULL);
COMMENT ON TABLE private.changes IS 'One row: how often published data changed.';
INSERT INTO private.changes VALUES (0);
