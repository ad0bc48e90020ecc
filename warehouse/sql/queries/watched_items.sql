-- Which items are stored of these posts?
SELECT r.number, r.place, r.payload, r.fetched_at
FROM private.raw_items AS r
WHERE r.source = $source AND r.number IN (SELECT unnest($numbers::BIGINT[]))
