"""Files of JSON lines that several processes add to, each a whole record at a time.

A writer may be killed, or the disk be full, in the midst of a record. What is there of it then is not JSON, nor does a
line feed end it: it counts for nothing, and the next writer cuts it off. Any other line is for the caller to judge.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scrapers.data_root import fsync_folder


def read_lines(path: Path) -> list[bytes]:
    """The records of a file, oldest first, without what a killed writer left of one; none where there is no file.

    In bytes, of which a line ends at a line feed alone: a text may hold other marks that part lines.
    """
    return _whole_lines(path.read_bytes()) if path.exists() else []


def append_line(path: Path, line: str) -> None:
    """Add a record, durably; `line` is JSON without a line feed."""
    with hold_lines(path) as (_, file):
        file.write(f"{line}\n".encode())


@contextmanager
def hold_lines(path: Path) -> Iterator[tuple[list[bytes], BinaryIO]]:
    """The records of a file, and the file to add to, while no other process may; made when it is not there."""
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        lines = _whole_lines(data := file.read())
        if not data.endswith(b"\n"):
            file.truncate(data.rfind(b"\n") + 1)
            file.write(b"".join(line + b"\n" for line in lines[data.count(b"\n") :]))
        yield lines, file
        file.flush()
        os.fsync(file.fileno())
        if not data:  # made just now, perhaps
            fsync_folder(path.parent)


def _whole_lines(data: bytes) -> list[bytes]:
    *lines, last = data.split(b"\n")
    return [*lines, last] if _is_json(last) else lines


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
