-- Which messages still tell of an older revision of this day's digest? Nobody needs them any more.
UPDATE outbox
SET state = 'dropped', next_attempt = NULL, error = 'newer news'
WHERE
    kind = $kind
    AND state = 'waiting'
    AND key <> $key
    AND key = concat_ws('/', $day, split_part(key, '/', 2), $brand)
