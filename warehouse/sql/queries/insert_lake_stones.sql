-- Which tombstones of this machine does the lake not have yet?
INSERT INTO private.lake_stones
SELECT unnest($1) AS kind, unnest($2) AS platform, unnest($3) AS hash, unnest($4) AS erasure_id
