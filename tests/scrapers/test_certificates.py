"""Hosts that show bad certificates, or speak no TLS, beside one that is as it should be; one crawl meets them all."""

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers.failure_classes import FailureClass, failure_class
from scrapers.records import FailReason
from tests.scrapers.crawling import crawl, last_crawl
from tests.scrapers.internet import http
from tests.scrapers.site import write_source

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC)
FEED = http(b"<rss version='2.0'><channel><title>t</title></channel></rss>")


@dataclass(frozen=True)
class Authority:
    """Signs certificates."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        """Its own certificate, for those who trust it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def made(
    address: str, begins: datetime.timedelta, ends: datetime.timedelta, by: Authority | None = None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A certificate for an address, signed by an authority or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address if by else "nobody")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by.certificate.subject if by else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + begins)
        .not_valid_after(NOW + ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    return key, builder.sign(by.key if by else key, hashes.SHA256())


Made = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]
HERE = "127.0.0.1"
CERTIFICATES: dict[str, Callable[[Authority], Made]] = {
    "good": lambda by: made(HERE, -DAY, DAY, by),
    "expired": lambda by: made(HERE, -9 * DAY, -DAY, by),
    "of tomorrow": lambda by: made(HERE, DAY, 9 * DAY, by),
    "of another host": lambda by: made("127.0.0.9", -DAY, DAY, by),
    "of nobody": lambda _: made(HERE, -DAY, DAY),
}
ENDS = {
    "good": ("fetched", ""),
    "expired": ("failed tls", "certificate verify failed"),
    "of tomorrow": ("failed tls", "certificate verify failed"),
    "of another host": ("failed tls", "IPAddressMismatch"),
    "of nobody": ("failed tls", "certificate verify failed"),
    "no TLS": ("failed tls", "wrong version number"),
    "silent": ("failed robots_unreachable", "Timeout"),
}
"""How the entry of a host ends, and a word of what is said about it."""


def answer_securely(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            is_feed = secure.recv(65536).startswith(b"GET /feed.xml")
            secure.sendall(FEED if is_feed else http(b"", 404))

    return answer


def answer_plainly(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(FEED)


def listen(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def serve(listener: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            answer(connection)


def context_of(by: Authority, name: str, folder: Path) -> ssl.SSLContext:
    key, certificate = CERTIFICATES[name](by)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{name}.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, str]]]:
    """How the entry of each host ended, in one crawl."""
    home = tmp_path_factory.mktemp("secure")
    by = Authority(*made(HERE, -DAY, DAY))
    (home / "trusted.pem").write_bytes(by.pem())
    answers = {name: answer_securely(context_of(by, name, home)) for name in CERTIFICATES}
    answers |= {"no TLS": answer_plainly, "silent": listen}
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(home / "trusted.pem"))
        listeners = {name: stack.enter_context(socket.create_server((HERE, 0))) for name in answers}
        for name, listener in listeners.items():
            threading.Thread(target=serve, args=(listener, answers[name]), daemon=True).start()
        urls = {name: f"https://{HERE}:{listener.getsockname()[1]}/feed.xml" for name, listener in listeners.items()}
        entries = "".join(f'[[entries]]\nkind = "feed"\nurl = "{url}"\n' for url in urls.values())
        write_source(home, urls["good"], entries=entries)
        crawl(home, "--timeout-s", "1")
        found = {
            it.url: (f"{it.outcome} {it.reason or ''}".strip(), it.detail or "") for it in last_crawl(home).outcomes
        }
        yield {name: found[url] for name, url in urls.items()}
        for listener in listeners.values():
            listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("name", ENDS)
def test_a_host_is_believed_only_with_a_certificate_that_is_its_own_valid_and_vouched_for(
    ends: dict[str, tuple[str, str]], name: str
) -> None:
    (end, said), (wanted_end, wanted_word) = ends[name], ENDS[name]

    assert end == wanted_end
    assert wanted_word in said


def test_a_bad_certificate_does_not_heal_by_itself() -> None:
    assert failure_class(FailReason.TLS) is FailureClass.HARD
