"""Where tables are computed: one Ibis connection, DuckDB by default."""
