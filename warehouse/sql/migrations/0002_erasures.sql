-- Which erasures this file has been through. What was erased stands beside the warehouse, in the
-- file of tombstones: an erasure that is there and not here tells of a restored backup.
CREATE TABLE private.erasures (
    erasure_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    erased_at TIMESTAMPTZ NOT NULL,
    counts JSON NOT NULL
);
COMMENT ON TABLE private.erasures IS 'Erasures done in this file, with the rows that went by table.';
