"""The hash that OpenSSL makes for DuckDB is DuckDB's own."""

from exports.engine import open_engine


def test_it_is_the_hash_that_duckdb_makes_whatever_the_text_and_how_many() -> None:
    # More texts than DuckDB hands over at once (2,048), from none to some kilobytes, of signs of one to four bytes.
    texts = "select repeat('aң字𝔞', n % 700) as said from range(5000) as texts(n)"
    with open_engine([]) as connection:
        found = connection.sql(
            f"select count(*), sum((sha256_hex(said) = sha256(said))::int) from ({texts})"
        ).fetchall()

    assert found == [(5000, 5000)]
