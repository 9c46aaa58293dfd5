"""A record that a writer was killed over counts for nothing and spoils no other."""

import os
import signal
from pathlib import Path

import pytest

from scrapers.json_lines import append_line, hold_lines, read_lines

WHOLE = '{"because":"first\u2028second\x85third"}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    append_line(tmp_path / "a.jsonl", WHOLE)
    return tmp_path / "a.jsonl"


def test_where_there_is_no_file_there_are_no_records(tmp_path: Path) -> None:
    assert read_lines(tmp_path / "a.jsonl") == []


@pytest.mark.parametrize("torn", ['{"because":"sec', "{", '{"because":"Кайр'])
def test_what_a_killed_writer_left_counts_for_nothing_and_the_next_one_cuts_it_off(file: Path, torn: str) -> None:
    file.write_bytes(file.read_bytes() + torn.encode()[:-1])
    read = read_lines(file)
    append_line(file, '{"because":"next"}')

    assert read == [WHOLE.encode()]
    assert file.read_text(encoding="utf-8") == WHOLE + '\n{"because":"next"}\n'


def test_a_whole_record_for_want_of_a_line_feed_alone_is_kept(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b'{"n":2}')
    read = read_lines(file)
    append_line(file, '{"n":3}')

    assert read == [WHOLE.encode(), b'{"n":2}']
    assert read_lines(file) == [WHOLE.encode(), b'{"n":2}', b'{"n":3}']


def test_a_writer_that_is_really_killed_in_the_midst_of_a_record_leaves_the_others(file: Path) -> None:
    if (writer := os.fork()) == 0:
        with hold_lines(file) as (_, held):
            held.write(b'{"because":"never sa')
            held.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(writer, 0)

    append_line(file, '{"n":2}')

    assert read_lines(file) == [WHOLE.encode(), b'{"n":2}']


def test_a_line_in_the_midst_that_is_no_json_is_for_the_reader_to_judge(file: Path) -> None:
    file.write_bytes(b"damage\n" + file.read_bytes())

    assert read_lines(file) == [b"damage", WHOLE.encode()]
