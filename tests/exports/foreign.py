"""Readers and validators of other people, called as their documentation says, kept off the network and of our cwd."""

import json
import logging
import subprocess
import sys
import warnings
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # Third-party: their own imports use names that their dependencies call deprecated.
    warnings.simplefilter("ignore")
    import mlcroissant
    import requests
    import requests_cache
    from urllib3.response import HTTPResponse

logging.getLogger("absl").setLevel(logging.ERROR)


def croissant_faults(path: Path) -> list[str]:
    """Errors and warnings of mlcroissant."""
    try:
        issues = mlcroissant.Dataset(jsonld=str(path)).metadata.ctx.issues
    except mlcroissant.ValidationError as error:
        return [str(error)]
    return sorted({*issues.errors, *issues.warnings})


def read_croissant(path: Path, record_set: str) -> list[dict[str, Any]]:
    """All records of a record set, through mlcroissant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns of mlcroissant's own calls
        return list(mlcroissant.Dataset(jsonld=str(path)).records(record_set))


@dataclass(frozen=True)
class Datasets:
    """What `datasets.load_dataset` made of a release."""

    n_rows: dict[str, int]
    default_columns: list[str]
    printed: str
    """By the snippet."""


_LOAD = """
import contextlib, io, json, os, sys
from datasets import get_dataset_config_names, load_dataset
folder, cache, snippet = sys.argv[1:]
os.chdir(folder)
load = lambda *name: load_dataset(folder, *name, split="train", cache_dir=cache)
n_rows = {name: len(load(name)) for name in get_dataset_config_names(folder)}
with contextlib.redirect_stdout(io.StringIO()) as printed:
    exec(snippet)
said = {"n_rows": n_rows, "default_columns": load().column_names, "printed": printed.getvalue()}
print(json.dumps(said))
"""


def read_with_datasets(release: Path, cache: Path, *, snippet: str) -> Datasets:
    """Load every configuration of the release's card and run a snippet, in a process: settings are read at import."""
    environment = {"HF_HOME": str(cache), "HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    command = [sys.executable, "-c", _LOAD, str(release), str(cache), snippet]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=cache)
    assert done.returncode == 0, done.stderr[-2000:]
    return Datasets(**json.loads(done.stdout.splitlines()[-1]))


def crate_faults(crate: Path, cache: Path) -> list[str]:
    """What rocrate-validator says is wrong with a crate, at the level REQUIRED, without a network."""
    if not cache.with_suffix(".sqlite").exists():
        _seed_context(cache)
    command = [str(Path(sys.executable).with_name("rocrate-validator")), "-y", "--disable-color", "validate"]
    options = [
        "--offline",
        "--cache-path",
        str(cache),
        "--output-format",
        "json",
        "--no-paging",
        "--no-profile-checks",
        str(crate),
    ]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=cache.parent)
    said = json.loads(done.stdout[done.stdout.index("{") :])
    assert (done.returncode == 0) is said["passed"], done.stderr
    return [issue["message"] for issue in said["issues"]]


def _seed_context(cache: Path) -> None:
    """Put the JSON-LD context of RO-Crate, from the package `rocrate`, where the validator looks before fetching it."""
    context = files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()
    url = str(json.loads(context)["@id"])
    session = requests_cache.CachedSession(cache_name=str(cache), backend="sqlite", expire_after=-1)
    for headers in ({}, {"Accept": "application/ld+json, application/json"}):
        request = requests.Request("GET", url, headers={**session.headers, **headers}).prepare()
        response = requests.Response()
        response.status_code, response.url, response.request, response._content = 200, url, request, context
        response.headers["Content-Type"] = "application/ld+json"
        response.raw = HTTPResponse(
            body=BytesIO(context), headers=response.headers, status=200, preload_content=False, request_url=url
        )
        session.cache.save_response(response)
    session.close()
