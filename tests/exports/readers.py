"""How the tests look at releases: as a consumer would, without this package's own code."""

import csv
import gzip
import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def rows(path: Path) -> list[dict[str, Any]]:
    """Rows of one Parquet file."""
    return pq.ParquetFile(path).read().to_pylist()


def by_id(release: Path) -> dict[str, dict[str, Any]]:
    """Articles of a release."""
    return {row["article_id"]: row for row in rows(release / "articles.parquet")}


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Rows of one CSV file, gzipped or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def manifest(release: Path) -> dict[str, Any]:
    """What manifest.json says."""
    return json.loads((release / "manifest.json").read_text(encoding="utf-8"))


def versions(releases: Path) -> dict[str, Any]:
    """What versions.json says."""
    return json.loads((releases / "versions.json").read_text(encoding="utf-8"))


def sums(release: Path) -> str:
    """The text of SHA256SUMS."""
    return (release / "SHA256SUMS").read_text(encoding="utf-8")


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def rewrite(path: Path, data: bytes) -> None:
    """Replace a file's bytes without touching other names of the same file."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def rewrite_rows(path: Path, changed: list[dict[str, Any]], schema: pa.Schema | None = None) -> None:
    """Replace a Parquet file's rows."""
    schema = schema or pq.read_schema(path)
    path.unlink()
    pq.write_table(pa.Table.from_pylist(changed, schema=schema), path)


def edit_manifest(release: Path, **changed: Any) -> None:
    """Change what the manifest says, and nothing else."""
    rewrite(release / "manifest.json", json.dumps(manifest(release) | changed, ensure_ascii=False).encode())


def resum(release: Path) -> None:
    """Write SHA256SUMS anew."""
    paths = sorted(p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file())
    lines = [f"{digest(release / path)}  {path}\n" for path in paths if path != "SHA256SUMS"]
    rewrite(release / "SHA256SUMS", "".join(lines).encode())


def reseal(release: Path) -> None:
    """Make manifest and SHA256SUMS agree with the files again, as a forger would; row counts stay as they were."""
    edit_manifest(release, files=[entry | _measures(release / entry["path"]) for entry in manifest(release)["files"]])
    resum(release)


def _measures(file: Path) -> dict[str, Any]:
    return {"bytes": file.stat().st_size, "sha256": digest(file)} if file.exists() else {}
