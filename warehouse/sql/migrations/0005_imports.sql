-- How imported files were read. umot.toml says it of every other source, and nothing of these, so
-- their items could not be parsed again.
CREATE TABLE private.imports (
    source VARCHAR PRIMARY KEY,
    settings JSON NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE private.imports IS 'The settings of each umot import, by the name of its source.';
