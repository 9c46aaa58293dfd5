"""`SHA256SUMS`: the hash of every other file of a release, in the form that `sha256sum -c` reads."""

from collections.abc import Mapping
from pathlib import Path

from exports.manifest import file_sha256, hash_files

SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.minisig"


def write_sums(folder: Path, known: Mapping[str, str]) -> None:
    """Write the sums of every file below a folder, sorted by path; `known`: by path, those just computed."""
    lines = [f"{known.get(path) or file_sha256(folder / path)}  {path}\n" for path in list_files(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def read_sums(folder: Path) -> dict[str, str]:
    """Hash by path, as SHA256SUMS lists them. Raises OSError or ValueError when it cannot be read."""
    return parse_sums((folder / SUMS).read_text(encoding="utf-8"))


def parse_sums(text: str) -> dict[str, str]:
    """Hash by path of the text of SHA256SUMS. Raises ValueError for a line of another form."""
    return {path: digest for digest, path in (line.split("  ", 1) for line in text.splitlines())}


def list_files(folder: Path) -> list[str]:
    """Every file below a folder but SHA256SUMS and its signature, relative, with forward slashes, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if (path.is_symlink() or path.is_file()) and path not in (folder / SUMS, folder / SIGNATURE)
    )


def find_sum_faults(folder: Path) -> list[str]:
    """What is wrong: a file that is missing, not listed, a link, or not what its sum says.

    Raises OSError or ValueError when SHA256SUMS cannot be read.
    """
    listed = read_sums(folder)
    present = list_files(folder)
    faults = [f"{path}: missing" for path in sorted(set(listed) - set(present))]
    faults += [f"{path}: not listed in {SUMS}" for path in present if path not in listed]
    faults += [f"{path}: is a link" for path in present if (folder / path).is_symlink()]
    if faults:
        return faults
    found = hash_files([folder / path for path in present])
    return [
        f"{path}: sha256 is {digest}, listed {listed[path]}"
        for path, digest in zip(present, found, strict=True)
        if digest != listed[path]
    ]
