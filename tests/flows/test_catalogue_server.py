import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.catalogue_server import serve_catalogue


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    release = tmp_path / "releases" / "2026-11-20"
    release.mkdir(parents=True)
    (release / "articles.parquet").write_bytes(bytes(range(100)))
    (tmp_path / "releases" / ".tmp-2026-11-21").mkdir()
    (tmp_path / "releases" / ".tmp-2026-11-21" / "articles.parquet").write_bytes(b"half")
    internal = tmp_path / "releases" / "2026-11-21"
    internal.mkdir()
    (internal / "NOT-FOR-REDISTRIBUTION.txt").touch()
    (internal / "articles.parquet").write_bytes(b"every text")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>каталог</p>", encoding="utf-8")
    (tmp_path / "site" / "empty.css").touch()
    (tmp_path / "secret.txt").write_text("no")
    with serve_catalogue(tmp_path / "site", tmp_path / "releases", port=0) as address:
        yield address


def get(address: str, *, byte_range: str | None = None, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(address, headers={"Range": byte_range} if byte_range else {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_the_page_is_at_the_root_and_says_its_charset(address: str) -> None:
    status, headers, body = get(address)

    assert (status, body.decode()) == (200, "<p>каталог</p>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_files_of_a_release_lie_beside_it(address: str) -> None:
    status, headers, body = get(f"{address}releases/2026-11-20/articles.parquet")

    assert (status, body, headers["Accept-Ranges"]) == (200, bytes(range(100)), "bytes")


@pytest.mark.parametrize(
    ("asked", "got", "said"),
    [("bytes=0-9", range(10), "bytes 0-9/100"), ("bytes=90-", range(90, 100), "bytes 90-99/100"),
     ("bytes=-5", range(95, 100), "bytes 95-99/100"), ("bytes=98-200", range(98, 100), "bytes 98-99/100")],
)  # fmt: skip
def test_a_part_of_a_file_can_be_asked_for(address: str, asked: str, got: range, said: str) -> None:
    status, headers, body = get(f"{address}releases/2026-11-20/articles.parquet", byte_range=asked)

    assert (status, headers["Content-Range"], body) == (206, said, bytes(got))


def test_a_part_that_is_not_there_is_refused(address: str) -> None:
    status, headers, _ = get(f"{address}releases/2026-11-20/articles.parquet", byte_range="bytes=100-")

    assert (status, headers["Content-Range"]) == (416, "bytes */100")


def test_head_gives_the_size_without_the_body(address: str) -> None:
    status, headers, body = get(f"{address}releases/2026-11-20/articles.parquet", method="HEAD")

    assert (status, headers["Content-Length"], body) == (200, "100", b"")


def test_an_empty_file_is_empty(address: str) -> None:
    assert get(f"{address}empty.css")[::2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "releases/.tmp-2026-11-21/articles.parquet",
        "releases/2026-11-21/articles.parquet",
        "releases//2026-11-21/articles.parquet",
        "../secret.txt",
        "%2e%2e/secret.txt",
        "releases/../secret.txt",
        "no",
        "releases/",
    ],
)
def test_nothing_else_is_shown(address: str, path: str) -> None:
    assert get(f"{address}{path}")[0] == 404


def test_it_listens_on_this_machine_only(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
