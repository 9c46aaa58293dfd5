"""Script and build of the SQL console, see `exports.sql_console`."""
