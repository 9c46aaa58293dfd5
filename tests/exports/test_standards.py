"""Other people's readers and validators, without a network, on one release: each accepts it, each finds what is broken.

frictionless stands in test_metadata.py. The schema test of DCAT-AP uses shapes of our own (`dcat_ap_mandatory.ttl`):
the profile's are in no package of the registries.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import lxml.etree
import pandas as pd
import polars as pl
import pyshacl
import pytest
import rdflib

from exports.dcat import render_catalogue_dcat, render_dcat
from exports.manifest import Manifest
from exports.published import PUBLISHED
from exports.release import Release
from exports.snippets import SNIPPETS
from tests.exports.conftest import History
from tests.exports.foreign import Datasets, crate_faults, croissant_faults, read_croissant, read_with_datasets
from tests.exports.readers import rewrite

# Third-party: rdflib's own reader of JSON-LD uses a class that rdflib calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

SHAPES = Path(__file__).parent / "dcat_ap_mandatory.ttl"
ADDRESS = "https://data.example/news/"


@pytest.fixture(scope="module")
def release(history: History) -> Release:
    return history.cut[1]


@pytest.fixture(scope="module")
def published(release: Release) -> Manifest:
    """The same release as one that knows the address of its catalogue."""
    return release.manifest.model_copy(update={"catalogue_url": ADDRESS})


@pytest.fixture
def broken(release: Release, tmp_path: Path) -> Path:
    """A copy of the release to be broken."""
    return shutil.copytree(release.path, tmp_path / release.id)


def edit(path: Path, change: Callable[[Any], object]) -> None:
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    rewrite(path, json.dumps(said).encode())


# --- Croissant -------------------------------------------------------------------------------------------------------


def test_mlcroissant_finds_the_croissant_valid(release: Release) -> None:
    assert croissant_faults(release.path / "croissant.json") == []


def test_mlcroissant_finds_a_broken_croissant(broken: Path) -> None:
    edit(broken / "croissant.json", lambda said: said["distribution"][0].pop("sha256"))

    assert any("sha256" in fault for fault in croissant_faults(broken / "croissant.json"))


def test_croissant_has_what_its_validator_does_not_ask_for(release: Release) -> None:
    said = json.loads((release.path / "croissant.json").read_text(encoding="utf-8"))
    required = ("name", "description", "license", "url", "creator", "datePublished", "version", "distribution")
    for_search_engines = ("identifier", "keywords", "temporalCoverage", "spatialCoverage", "isAccessibleForFree")

    assert [key for key in (*required, *for_search_engines) if not said.get(key)] == []
    assert 50 <= len(said["description"]) <= 5000


@pytest.mark.parametrize("table", [p.name for p in PUBLISHED if p.name != "tombstones"])
def test_mlcroissant_reads_every_row_of_every_table(release: Release, table: str) -> None:
    rows = read_croissant(release.path / "croissant.json", table)

    assert len(rows) == release.manifest.tables[table].rows


# --- the same rows for everybody -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def datasets(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Datasets:
    (snippet,) = (snippet.code for snippet in SNIPPETS if "load_dataset" in snippet.code)
    return read_with_datasets(release.path, tmp_path_factory.mktemp("datasets"), snippet=snippet)


def test_datasets_loads_every_table_from_the_card(release: Release, datasets: Datasets) -> None:
    expected = {name: table.rows for name, table in release.manifest.tables.items() if table.rows}

    assert datasets.n_rows == expected
    assert datasets.printed.startswith(f"{release.manifest.rows} ['article_id', ")
    assert datasets.default_columns == [column.name for column in PUBLISHED[0].table.columns]


def test_duckdb_pandas_polars_and_datasets_count_the_same_articles(release: Release, datasets: Datasets) -> None:
    whole, months = release.path / "articles.parquet", release.path / "data/articles-*.parquet"
    counts = {
        "duckdb": duckdb.connect().execute("select count(*) from read_parquet(?)", [str(whole)]).fetchall()[0][0],
        "pandas": len(pd.read_parquet(whole)),
        "pandas csv": len(pd.read_csv(release.path / "csv/articles.csv.gz")),
        "polars": pl.scan_parquet(months).select(pl.len()).collect().item(),
        "polars csv": pl.read_csv(release.path / "csv/articles.csv.gz", infer_schema=False).height,
        "datasets": datasets.n_rows["articles"],
    }

    assert set(counts.values()) == {release.manifest.rows}


# --- DCAT-AP ---------------------------------------------------------------------------------------------------------


def dcat_faults(text: str) -> list[str]:
    """Paths that the shapes find fault with."""
    graph = rdflib.Graph().parse(data=text, format="json-ld", publicID=ADDRESS)
    _, results, _ = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(SHAPES), inference="none")
    return [str(path) for path in results.objects(None, rdflib.SH.resultPath)]


@pytest.mark.parametrize("writer", [render_dcat, lambda manifest: render_catalogue_dcat([manifest])])
def test_dcat_has_everything_that_the_profile_requires(published: Manifest, writer: Callable[[Manifest], str]) -> None:
    assert dcat_faults(writer(published)) == []


@pytest.mark.parametrize(
    ("class_name", "key"),
    [("dcat:Catalog", "dct:publisher"), ("dcat:Dataset", "dct:title"), ("dcat:Distribution", "dcat:accessURL")],
)
def test_the_shapes_find_what_is_missing(published: Manifest, class_name: str, key: str) -> None:
    said = json.loads(render_dcat(published))
    next(node for node in said["@graph"] if node["@type"] == class_name).pop(key)

    assert [path.rpartition("/")[2].rpartition("#")[2] for path in dcat_faults(json.dumps(said))] == [key.split(":")[1]]


def test_dcat_names_every_file_by_its_whole_address(published: Manifest) -> None:
    graph = rdflib.Graph().parse(data=render_dcat(published), format="json-ld")
    urls = {str(url) for url in graph.objects(None, rdflib.DCAT.downloadURL)}

    assert f"{ADDRESS}releases/{published.id}/articles.parquet" in urls
    assert all(url.startswith(ADDRESS) for url in urls)


# --- RO-Crate --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crate_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("crate") / "cache"


def test_rocrate_validator_finds_the_crate_valid(release: Release, crate_cache: Path) -> None:
    assert crate_faults(release.path, crate_cache) == []


def test_rocrate_validator_finds_a_crate_without_licence(broken: Path, crate_cache: Path) -> None:
    edit(broken / "ro-crate-metadata.json", lambda said: said["@graph"][1].pop("license"))

    assert any("licen" in fault for fault in crate_faults(broken, crate_cache))


# --- feed ------------------------------------------------------------------------------------------------------------


def test_the_feed_has_what_the_standard_requires_of_every_entry(site: Path, history: History) -> None:
    feed = lxml.etree.parse(site / "releases.atom").getroot()
    atom = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.xpath("a:entry", namespaces=atom)
    ids = [entry.findtext("a:id", namespaces=atom) for entry in entries]

    assert [entry.findtext("a:title", namespaces=atom)[8:18] for entry in entries] == [
        release.id for release in reversed(history.cut)
    ]
    assert len(set(ids)) == len(ids) == sum(id_.startswith("urn:uuid:") for id_ in ids)
    assert feed.findtext("a:updated", namespaces=atom) == entries[0].findtext("a:updated", namespaces=atom)


def test_the_site_catalogue_names_every_release(site: Path, history: History) -> None:
    text = (site / "catalog.jsonld").read_text(encoding="utf-8")
    graph = rdflib.Graph().parse(data=text, format="json-ld", publicID=ADDRESS)

    assert dcat_faults(text) == []
    assert {str(id_) for id_ in graph.objects(None, rdflib.DCTERMS.identifier)} >= {r.id for r in history.cut}
