"""A process that runs one SQL script from its input (UTF-8) in an empty DuckDB, and knows nothing else.

Run by path, isolated: it shares no memory with the caller (see `exports.query_copy`), and starts in a tenth of a
second. Exit code 1 and one line (UTF-8) on stderr when a statement fails.
"""

import sys

import duckdb


def main() -> int:
    """Run the script and return the exit code."""
    try:
        with duckdb.connect() as connection:
            connection.execute(sys.stdin.buffer.read().decode("utf-8"))
    except (duckdb.Error, OSError) as error:
        sys.stderr.buffer.write(f"{str(error).splitlines()[0]}\n".encode())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
