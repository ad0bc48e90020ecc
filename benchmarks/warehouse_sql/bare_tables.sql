-- What somebody would make without umot: the same columns, with keys.
CREATE TABLE posts (
    post_id VARCHAR PRIMARY KEY, platform VARCHAR, kind VARCHAR, url VARCHAR, author VARCHAR,
    author_role VARCHAR, title VARCHAR, body VARCHAR, language VARCHAR, rating DOUBLE,
    posted_at TIMESTAMPTZ, collected_at TIMESTAMPTZ, edited_at TIMESTAMPTZ, deleted_at TIMESTAMPTZ,
    thread_id VARCHAR, parent_id VARCHAR, content_hash VARCHAR, attributes JSON
);
CREATE TABLE post_brands (
    post_id VARCHAR, brand VARCHAR, role VARCHAR, matched_by VARCHAR, PRIMARY KEY (post_id, brand)
);
CREATE TABLE raw_items (
    post_id VARCHAR PRIMARY KEY, place VARCHAR, payload JSON, fetched_at TIMESTAMPTZ
);
CREATE TABLE engagement (
    post_id VARCHAR, observed_at TIMESTAMPTZ, likes BIGINT, replies BIGINT, shares BIGINT,
    views BIGINT, audience BIGINT, PRIMARY KEY (post_id, observed_at)
);
