"""With a key, SHA256SUMS is signed by minisign; without one nothing is; with a bad one nothing is published."""

import shutil
import subprocess
from pathlib import Path

import pytest

from exports.catalogue import build_site
from exports.errors import ImprintError, SignatureError
from exports.imprint import Imprint, read_imprint
from exports.publish import publish_releases
from exports.release import Release, cut_release
from exports.signature import check_signature
from exports.target_folder import FolderTarget
from exports.verify import verify_release
from tests.exports.factories import DAY_1, World, article, write_generation
from tests.exports.readers import rewrite

pytestmark = pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a secret key, a generation, a signed release and its site."""
    home = tmp_path_factory.mktemp("signed")
    subprocess.run(["minisign", "-G", "-W", "-s", "key", "-p", "key.pub"], cwd=home, check=True, capture_output=True)
    generation = write_generation(home / "generation.duckdb", World(articles=[article(1)]))
    imprint = Imprint(minisign_key=home / "key")
    cut_release(generation, home / "releases", now=DAY_1, code_version="1", imprint=imprint)
    build_site(home / "releases", home / "site", generation=None, now=DAY_1, imprint=imprint)
    return home


def test_the_signature_is_that_of_the_key_on_the_site(home: Path) -> None:
    release = home / "releases" / "2026-11-20"
    verify = ["minisign", "-V", "-m", "SHA256SUMS", "-p", str(home / "site" / "minisign.pub")]
    done = subprocess.run(verify, cwd=release, capture_output=True, text=True, check=True)

    assert "Trusted comment: kabarchy release 2026-11-20" in done.stdout
    assert all(result.is_ok for result in verify_release(release))


def test_two_builds_have_the_same_signature(home: Path, tmp_path: Path) -> None:
    imprint = Imprint(minisign_key=home / "key")
    again = cut_release(home / "generation.duckdb", tmp_path, now=DAY_1, code_version="1", imprint=imprint)

    assert isinstance(again, Release)
    signature = home / "releases" / "2026-11-20" / "SHA256SUMS.minisig"
    assert (again.path / "SHA256SUMS.minisig").read_bytes() == signature.read_bytes()


def test_what_is_published_holds_the_signature_and_the_key(home: Path, tmp_path: Path) -> None:
    publish_releases(home / "releases", home / "site", FolderTarget(str(tmp_path)))

    check_signature(tmp_path / "releases" / "2026-11-20", tmp_path / "minisign.pub")


def test_changed_sums_do_not_pass(home: Path, tmp_path: Path) -> None:
    release = shutil.copytree(home / "releases" / "2026-11-20", tmp_path / "release")
    rewrite(release / "SHA256SUMS", (release / "SHA256SUMS").read_bytes() + b"\n")

    with pytest.raises(SignatureError, match=r"SHA256SUMS: not what key [0-9A-F]{16} signed"):
        check_signature(release, home / "key.pub")


def test_the_key_of_somebody_else_does_not_pass(home: Path, tmp_path: Path) -> None:
    subprocess.run(["minisign", "-G", "-W", "-s", "s", "-p", "p"], cwd=tmp_path, check=True, capture_output=True)

    with pytest.raises(SignatureError, match=r"signed by key [0-9A-F]{16}, not by [0-9A-F]{16}"):
        check_signature(home / "releases" / "2026-11-20", tmp_path / "p")


def test_with_a_key_that_cannot_sign_nothing_is_published(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("no key", encoding="utf-8")
    imprint = Imprint(minisign_key=tmp_path / "bad")

    with pytest.raises(SignatureError, match="minisign: "):
        cut_release(home / "generation.duckdb", tmp_path / "r", now=DAY_1, code_version="1", imprint=imprint)

    assert [path.name for path in (tmp_path / "r").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    "environment",
    [{"KABARCHY_PUBLIC_URL": "data.example"}, {"KABARCHY_PUBLIC_URL": "https://a.example/?q"},
     {"KABARCHY_MINISIGN_KEY": "/no/such/file"}],
)  # fmt: skip
def test_an_imprint_that_cannot_be_is_refused_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(ImprintError, match=next(iter(environment))):
        read_imprint(environment)
