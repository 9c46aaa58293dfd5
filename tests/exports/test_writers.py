"""The same rows give the same bytes, whatever the threads, the order of the input, and the number of row groups."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from exports.engine import open_engine
from exports.writers import write_csv, write_parquet
from tests.exports.readers import digest

N_ROWS = 50_000
"""Three row groups."""


def write_shuffled(target: Path, *, threads: int, factor: int) -> str:
    """Write the numbers from 0 on, met in an order that `factor` decides, and return the file's hash."""
    target.parent.mkdir()
    with open_engine([target.parent], threads=threads) as connection:
        key = f"cast(i * {factor} % {N_ROWS} as varchar)"
        numbers = connection.sql(f"select {key} as k, sha256({key}) as v from range({N_ROWS}) as r(i)")
        numbers.create("numbers")
        rows = connection.table("numbers").order("k")
        if target.suffix == ".parquet":
            write_parquet(rows, connection, target)
        else:
            write_csv([rows], connection, target)
    return digest(target)


@pytest.mark.parametrize("name", ["a.parquet", "a.csv.gz", "a.csv"])
def test_threads_and_input_order_do_not_show_in_the_bytes(tmp_path: Path, name: str) -> None:
    one = write_shuffled(tmp_path / "one" / name, threads=1, factor=1)
    four = write_shuffled(tmp_path / "four" / name, threads=4, factor=7919)

    assert one == four


def test_a_large_file_has_row_groups_that_a_range_reader_can_skip(tmp_path: Path) -> None:
    write_shuffled(tmp_path / "x" / "a.parquet", threads=2, factor=1)

    metadata = pq.read_metadata(tmp_path / "x" / "a.parquet")
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [20480, 20480, 9040]
    assert metadata.row_group(0).column(0).compression == "ZSTD"
