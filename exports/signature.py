"""`SHA256SUMS.minisig`: a signature by minisign (https://jedisct1.github.io/minisign/), where the operator has a key.

It vouches for SHA256SUMS and so for every file. The program signs, not we: keys and formats are its own. Anybody checks
with `minisign -Vm SHA256SUMS -p minisign.pub`. The comment names the release, so that two builds sign alike.
"""

import subprocess
from pathlib import Path

from exports.errors import SignatureError
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


def check_signature(folder: Path, public_key: Path) -> None:
    """Raise SignatureError unless SHA256SUMS of a release is signed by the key."""
    _run_minisign("-V", "-p", str(public_key.resolve()), "-m", SUMS, "-x", SIGNATURE, folder=folder)


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
            text=True,
            timeout=_TIME_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SignatureError(f"minisign: {error}") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SignatureError(f"minisign: {said[-1] if said else f'exit code {done.returncode}'}")
