"""From the web to staged records. Never imports duckdb or prefect."""
