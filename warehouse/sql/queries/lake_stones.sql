-- What has been erased, on whichever machine?
SELECT kind, platform, hash, erasure_id FROM private.lake_stones
