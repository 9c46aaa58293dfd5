"""Floors of extraction's quality, pinned to the pages they were measured on: `extraction_floors.toml` beside this file.

A floor is only compared on the very pages it was measured on: the file holds their digest. Raise a floor when a figure
has grown; lowering one is a decision that the file's history shows.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.replay import CORPORA

FLOORS = Path(__file__).parent / "extraction_floors.toml"


def digest_of(folder: Path = CORPORA) -> str:
    """SHA-256 over the names and bytes of all files of the corpora, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def load_floors() -> tuple[str, dict[str, dict[str, float]]]:
    """The digest of the corpora and the floors by corpus and figure."""
    data = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    return data["corpora_sha256"], data["floors"]


def shortfalls(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What lies below its floor, or is missing though it has one: one line each, for the corpora that were measured."""
    _, floors = load_floors()
    return [
        f"{corpus}: {name} is {measured.get(name)}, its floor is {floor}"
        for corpus, measured in figures.items()
        for name, floor in floors[corpus].items()
        if not _reaches(name, measured.get(name), floor)
    ]


def _reaches(name: str, value: float | None, floor: float) -> bool:
    """Whether a figure is good enough; of false rejections fewer is better."""
    if value is None:
        return False
    return value <= floor if name == "rejected" else value >= floor
