"""Signatures that minisign made are checked without it: what it signed passes, anything else does not, and says why."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from exports.errors import SignatureError
from exports.signature import check_signature
from flows.catalogue_server import serve_catalogue
from flows.cli import app
from tests.exports.conftest import History

SUMS = f"{'0' * 64}  articles.parquet\n"
SIGNATURE = """untrusted comment: kabarchy release 2026-11-20
RUSguk+GeOi5eU7V6VnBLuj/vp4hyjoD/xVNKXa5UcC+a3Hg8Fu2FQGxMJa3T2rOYO2BbrT1RoA3RAtzMDP14yC4JhQnCIFFNw8=
trusted comment: kabarchy release 2026-11-20
Xo+K3XYDngcsPZufQ/HT6zt8Z8M9wf4OMJQiTsmqjwUAZJ2X2/eFlTJMtWWKULuFCxz4o8LOUAZEjB5SvMbyBA==
"""
KEY = """untrusted comment: minisign public key 79B9E878864FBAA0
RWSguk+GeOi5eZp10Wbb5YNbWEHyycrpJP8MNBpztj983tHwTs5a9ivV
"""
"""Made by minisign 0.12 for this test; the secret key was thrown away."""


def signed(folder: Path, *, sums: str = SUMS, signature: str = SIGNATURE, key: str = KEY) -> tuple[Path, Path]:
    """A folder with signed sums, and the file of the key."""
    (folder / "SHA256SUMS").write_text(sums)
    (folder / "SHA256SUMS.minisig").write_text(signature)
    (folder / "minisign.pub").write_text(key)
    return folder, folder / "minisign.pub"


def verify(release: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["releases", "verify", release, "--json", *words])


def test_what_minisign_signed_passes_and_is_named(tmp_path: Path) -> None:
    assert check_signature(*signed(tmp_path)) == "by key 79B9E878864FBAA0: kabarchy release 2026-11-20"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sums": SUMS.replace("articles", "artikles")}, "SHA256SUMS: not what key 79B9E878864FBAA0 signed"),
        ({"signature": SIGNATURE.replace("trusted comment: kabarchy release 2026-11-20\nX", "trusted comment: x\nX")},
         "SHA256SUMS: not what key"),
        ({"signature": SIGNATURE.replace("RUSguk+GeOi5eU7V", "RUSguk+GeOi5eU7W")}, "SHA256SUMS: not what key"),
        ({"signature": SIGNATURE.replace("RUSguk+GeOi5eU7V", "RUSguk+GeOi5fU7V")}, "signed by key 7DB9E878864FBAA0"),
        ({"signature": "nothing"}, "SHA256SUMS.minisig: not a signature of minisign"),
        ({"signature": SIGNATURE.replace("RUSg", "RXSg")}, "SHA256SUMS.minisig: not a signature of minisign"),
        ({"key": KEY.replace("RWSg", "RWS")}, "minisign.pub: not a public key of minisign"),
        ({"key": KEY.replace("RWSg", "RWSж")}, "minisign.pub: not a public key of minisign"),
        ({"key": ""}, "minisign.pub: not a public key of minisign"),
    ],
)  # fmt: skip
def test_anything_else_does_not_pass_and_says_why(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    with pytest.raises(SignatureError, match=said):
        check_signature(*signed(tmp_path, **changed))


def test_a_release_that_was_not_signed_fails_when_a_key_is_given_and_says_so_otherwise(
    history: History, tmp_path: Path
) -> None:
    release, key = str(history.releases / "2026-11-20"), str(signed(tmp_path)[1])

    without, given = verify(release), verify(release, "--key", key)

    assert (without.exit_code, json.loads(without.stdout)[0]["detail"]) == (0, "not signed")
    assert given.exit_code == 1
    assert json.loads(given.stdout)[0]["detail"] == "SHA256SUMS.minisig: missing; the release is not signed"


def test_a_signature_comes_along_over_http_and_one_that_was_not_checked_is_said(
    history: History, tmp_path: Path
) -> None:
    release = shutil.copytree(history.releases / "2026-11-20", tmp_path / "releases" / "2026-11-20")
    (release / "SHA256SUMS.minisig").write_text(SIGNATURE)
    (tmp_path / "minisign.pub").write_text(KEY)

    with serve_catalogue(tmp_path / "site", release.parent, port=0) as url:
        place = f"{url}releases/2026-11-20"
        without, given = verify(place), verify(place, "--key", str(tmp_path / "minisign.pub"))

    assert (without.exit_code, json.loads(without.stdout)[0]["detail"]) == (0, "not checked: give --key")
    assert (given.exit_code, json.loads(given.stdout)[0]["ok"]) == (1, False)
