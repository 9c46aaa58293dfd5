"""Names that do not resolve, or lead inside, asked of a name server of our own; and of one that is rebound."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.scrapers.crawling import AS_OF, ROOT, last_crawl
from tests.scrapers.site import Site, served, write_source

SERVER = "127.0.53.53"
PUBLIC = "93.184.215.14"
"""Nothing of this machine; it cannot be reached from the tests."""
ADDRESSES: dict[str, list[str] | None] = {
    "inward.test": ["10.0.0.1"],
    "self.test": ["127.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "nobody.test": [],
    "silent.test": None,
    "rebound.test": [PUBLIC, "127.0.0.1"],
}
"""What is answered, one after the other and then the last; none: the name does not exist; None: no answer."""
ENDS = {
    "inward.test": "forbidden_address",
    "self.test": "forbidden_address",
    "metadata.test": "forbidden_address",
    "nobody.test": "dns",
    "silent.test": "dns",
    "rebound.test": "robots_unreachable",
}
CRAWL = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="port 53 needs root")


@dataclass(frozen=True)
class Crawled:
    """How each host ended, and what was asked."""

    reasons: dict[str, str | None]
    summary: dict[str, object]
    asked: list[str]
    site: Site


def answer(question: bytes, asked: list[str]) -> bytes | None:
    """Answer a query for an address (RFC 1035, 4)."""
    end = question.index(b"\0", 12)
    labels = question[12:end]
    name = ""
    while labels:
        name, labels = f"{name}.{labels[1 : labels[0] + 1].decode()}", labels[labels[0] + 1 :]
    name = name.lstrip(".").lower()
    is_address = question[end + 1 : end + 3] == b"\0\1"
    addresses = ADDRESSES.get(name, [])
    if addresses is None:
        return None
    found = addresses[min(asked.count(name), len(addresses) - 1)] if addresses and is_address else None
    asked += [name] if is_address else []
    records = b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 0, 4) + socket.inet_aton(found) if found else b""
    flags = b"\x81\x80" if addresses else b"\x81\x83"
    return (
        question[:2]
        + flags
        + b"\0\1"
        + struct.pack(">H", int(bool(found)))
        + bytes(4)
        + question[12 : end + 5]
        + records
    )


def serve(server: socket.socket, asked: list[str]) -> None:
    with contextlib.suppress(OSError):
        while True:
            question, client = server.recvfrom(4096)
            if (said := answer(question, asked)) is not None:
                server.sendto(said, client)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    may_mount = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
    may_mount or pytest.skip("another name server needs a mount of one's own")
    home, asked = tmp_path_factory.mktemp("names"), list[str]()
    (home / "resolv.conf").write_text(f"nameserver {SERVER}\noptions timeout:1 attempts:1\n", encoding="ascii")
    with served({}) as site, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((SERVER, 53))
        threading.Thread(target=serve, args=(server, asked), daemon=True).start()
        port = site.url.rpartition(":")[2]
        entries = "".join(f'[[entries]]\nkind = "feed"\nurl = "http://{name}:{port}/feed.xml"\n' for name in ADDRESSES)
        write_source(home, f"http://self.test:{port}", entries=entries)
        words = ["crawl", "site", "--home", str(home), "--as-of", AS_OF, "--contact-url", "https://example.org/bot"]
        command = [
            "unshare",
            "-m",
            "sh",
            "-c",
            CRAWL,
            "sh",
            str(home / "resolv.conf"),
            sys.executable,
            "-m",
            "scrapers",
        ]
        done = subprocess.run([*command, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        ends = {it.url.split("/")[2].partition(":")[0]: it.reason for it in last_crawl(home).outcomes}
        yield Crawled(ends, json.loads(done.stdout), asked, site)


@pytest.mark.parametrize("name", ENDS)
def test_a_name_that_leads_nowhere_or_inside_ends_its_host_with_that_reason(crawled: Crawled, name: str) -> None:
    assert crawled.reasons[name] == ENDS[name]


def test_nothing_inside_is_connected_to_under_any_name(crawled: Crawled) -> None:
    assert crawled.site.seen == []


def test_the_address_that_was_checked_is_the_one_that_is_used(crawled: Crawled) -> None:
    assert crawled.asked.count("rebound.test") == 1


def test_the_books_balance(crawled: Crawled) -> None:
    assert crawled.summary["n_discovered"] == crawled.summary["n_failed"] == len(ADDRESSES)
