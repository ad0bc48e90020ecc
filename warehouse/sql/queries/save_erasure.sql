-- Which rows went with this erasure?
MERGE INTO private.erasures
USING (SELECT $erasure_id AS erasure_id, $kind AS kind, $erased_at AS erased_at, $counts AS counts)
    AS i
ON private.erasures.erasure_id = i.erasure_id
WHEN MATCHED THEN UPDATE SET kind = i.kind, erased_at = i.erased_at, counts = i.counts
WHEN NOT MATCHED THEN INSERT VALUES (i.erasure_id, i.kind, i.erased_at, i.counts)
