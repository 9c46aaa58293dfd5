"""`SHA256SUMS.minisig`: a signature by minisign (https://jedisct1.github.io/minisign/), where the operator has a key.

It vouches for SHA256SUMS and so for every file. The program signs, not we: secret keys are its own. Anybody checks with
`minisign -Vm SHA256SUMS -p minisign.pub`, or here, without the program. The comment names the release, so that two
builds sign alike.
"""

import subprocess
from pathlib import Path

from exports.errors import SignatureError
from exports.minisign import read_public_key, read_signature, verify_file
from exports.sums import SIGNATURE, SUMS

PUBLIC_KEY = "minisign.pub"
_TIME_S = 30
"""Signing takes milliseconds; a program that asks for a password would wait for ever."""


def sign_sums(folder: Path, key: Path, *, release_id: str) -> None:
    """Sign a release's SHA256SUMS. `key` has no password (`minisign -G -W`). Raises SignatureError."""
    comment = f"kabarchy release {release_id}"
    _run_minisign(
        "-S", "-s", str(key.resolve()), "-m", SUMS, "-x", SIGNATURE, "-c", comment, "-t", comment, folder=folder
    )


def check_signature(folder: Path, public_key: Path) -> str:
    """Say who signed SHA256SUMS of a release. Raises SignatureError unless it was the key of `minisign.pub`."""
    key = read_public_key(public_key)
    if not (folder / SIGNATURE).is_file():
        raise SignatureError(f"{SIGNATURE}: missing; the release is not signed")
    signature = read_signature(folder / SIGNATURE)
    try:
        verify_file(folder / SUMS, signature, key)
    except OSError as error:
        raise SignatureError(f"{SUMS}: {error.strerror}") from error
    return f"by key {key.name}: {signature.comment}"


def write_public_key(key: Path, folder: Path) -> None:
    """Write `minisign.pub` for readers, made from the secret key. Raises SignatureError."""
    _run_minisign("-R", "-f", "-s", str(key.resolve()), "-p", PUBLIC_KEY, folder=folder)


def _run_minisign(*arguments: str, folder: Path) -> None:
    try:
        done = subprocess.run(
            ["minisign", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # only for people: what it says of a path in another encoding
            timeout=_TIME_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SignatureError(f"minisign: {error}") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SignatureError(f"minisign: {said[-1] if said else f'exit code {done.returncode}'}")
