-- Which tables and views can be asked, what are their columns, and what does each say?
SELECT
    r.name,
    r.comment AS about,
    list(
        {'name': c.column_name, 'type': c.data_type, 'comment': c.comment}
        ORDER BY c.column_index
    ) AS columns
FROM (
    SELECT view_name AS name, comment FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'
    UNION ALL
    SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main'
) AS r
JOIN duckdb_columns() AS c ON c.table_name = r.name AND c.schema_name = 'main'
WHERE r.name NOT IN ('schema_versions', 'published_stamp')
GROUP BY r.name, r.comment
ORDER BY r.name
