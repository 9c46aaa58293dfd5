"""What ten hosts write down while two sources that share them are crawled at once; and certificates."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.scrapers.crawling import crawl, end_of, ends, start_crawl
from tests.scrapers.internet import Internet, http, running
from tests.scrapers.site import write_source

DELAY_S = 0.15
HOSTS = [f"host {n}" for n in range(10)]
SLOW = HOSTS[3]
"""Asks for a longer delay in its robots.txt."""
RULES = b"User-agent: *\nDisallow: /secret/\n"

pytestmark = pytest.mark.xdist_group("ten hosts")


def source_text(internet: Internet, own: str) -> str:
    hosts = [f"{address}:{internet.port}" for address in internet.addresses.values()]
    return f"""name = "{own}"
homepage = "{internet.base(HOSTS[0])}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = {DELAY_S}
[status]
state = "enabled"
since = 2026-11-20
reason = "test"
[[entries]]
kind = "feed"
url = "{internet.base(HOSTS[0])}/{own}.xml"
[articles]
hosts = {hosts}
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    home = tmp_path_factory.mktemp("ten")
    with running(HOSTS) as internet:
        paths = ["/{own}/1", "/secret/{own}", "/{own}/moved", "/{own}/busy"]
        for name in HOSTS:
            internet.routes[name] = {"/robots.txt": http(RULES)}
            for own in ("one", "two"):
                internet.routes[name] |= {
                    f"/{own}/1": http(b"<html><p>x</p></html>"),
                    f"/secret/{own}": http(b"<html><p>secret</p></html>"),
                    f"/{own}/moved": http(status=302, Location=f"/{own}/target"),
                    f"/{own}/target": http(b"<html><p>x</p></html>"),
                    f"/{own}/busy": http(status=500),
                }
        internet.routes[SLOW] |= {"/robots.txt": http(RULES + b"Crawl-delay: 0.4\n")}
        for own in ("one", "two"):
            links = [internet.base(name) + path.format(own=own) for path in paths for name in HOSTS]
            items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
            feed = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
            internet.routes[HOSTS[0]] |= {f"/{own}.xml": http(feed)}
            (home / own).mkdir()  # a registry each: one would not let two sources have the same hosts for articles
            (home / own / f"{own}.toml").write_text(source_text(internet, own), encoding="utf-8")
        children = [start_crawl(home, "--sources", str(home / own), source=own) for own in ("one", "two")]
        assert [end_of(child).summary["finish_reason"] for child in children] == ["finished"] * 2
        yield internet


@pytest.mark.parametrize("name", HOSTS)
def test_no_host_sees_more_than_its_rate_from_all_crawls_together(asked: Internet, name: str) -> None:
    wanted_s = 0.4 if name == SLOW else DELAY_S
    first, *gaps = asked.gaps(name)

    assert first >= DELAY_S  # what may be a second robots.txt, asked for before anybody has read the first
    assert len(gaps) >= 12
    assert min(gaps) >= wanted_s


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_has_one_request_at_a_time_and_none_that_is_disallowed(asked: Internet, name: str) -> None:
    assert asked.n_at_once[name] == 1
    assert [path for path in asked.paths(name) if path.startswith("/secret/")] == []


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


@pytest.fixture
def secure_site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<rss version='2.0'><channel><title>t</title></channel></rss>" if self.path == "/feed.xml" else b""
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    class Server(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Clients that do not trust us are part of the test."""

    path = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", path
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_known_one_is_not(
    tmp_path: Path, secure_site: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, known = secure_site
    strange, trusting = tmp_path / "strange", tmp_path / "trusting"
    write_source(strange, base)
    write_source(trusting, base)

    crawl(strange)
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    crawl(trusting)

    assert ends(strange) == {"feed.xml": "failed tls"}
    assert ends(trusting) == {"feed.xml": "fetched"}
