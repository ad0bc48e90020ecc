"""The DuckDB warehouse: connecting, migrating, loading, publishing and ad-hoc SQL.

Nothing outside this package imports duckdb.
"""

from warehouse.connect import Connection, Warehouse

__all__ = ["Connection", "Warehouse"]
