"""Commands to copy that read a release, to be run in its folder. The tests run each of them."""

from dataclasses import dataclass, replace

from exports.about import release_address
from exports.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A few lines that work when pasted."""

    tool: str
    language: str
    """`sql`, `python`, `r` or `sh`."""
    code: str


SNIPPETS = (
    Snippet(
        tool="Check that all files are complete",
        language="sh",
        code="sha256sum --check --quiet SHA256SUMS && echo complete",
    ),
    Snippet(
        tool="DuckDB",
        language="sql",
        code=(
            "select source_id, language, count(*) as n, max(published_at) as newest\n"
            "from 'articles.parquet'\n"
            "group by all\n"
            "order by n desc;"
        ),
    ),
    Snippet(
        tool="pandas",
        language="python",
        code=(
            "import pandas as pd\n\n"
            'articles = pd.read_parquet("articles.parquet", columns=["title", "language", "published_at"])\n'
            'print(articles.groupby("language").size())'
        ),
    ),
    Snippet(
        tool="Polars",
        language="python",
        code=(
            "import polars as pl\n\n"
            'articles = pl.scan_parquet("data/articles-*.parquet")\n'
            'print(articles.group_by("source_id").len().sort("source_id").collect())'
        ),
    ),
    Snippet(
        tool="Hugging Face datasets",
        language="python",
        code=(
            "from pathlib import Path\n"
            "from datasets import load_dataset\n\n"
            'articles = load_dataset(str(Path.cwd()), "articles", split="train")\n'
            "print(articles.num_rows, articles.column_names)"
        ),
    ),
    Snippet(
        tool="R, without any package",
        language="r",
        code=(
            'articles <- read.csv(gzfile("csv/articles.csv.gz", encoding = "UTF-8"), na.strings = "")\n'
            "print(table(articles$source_id))\n"
            'cat(nrow(articles), "articles\\n")'
        ),
    ),
    Snippet(
        tool="CSV, without any library",
        language="python",
        code=(
            "import csv, gzip\n\n"
            "csv.field_size_limit(2**27)  # a full text may be longer than the default allows\n"
            'with gzip.open("csv/articles.csv.gz", "rt", encoding="utf-8", newline="") as file:\n'
            "    print(sum(1 for row in csv.DictReader(file)))"
        ),
    ),
)


_DUCKDB, _PANDAS = SNIPPETS[1:3]
MONTHLY_SNIPPETS = (
    SNIPPETS[0],
    replace(_DUCKDB, code=_DUCKDB.code.replace("'articles.parquet'", "'data/articles-*.parquet'")),
    replace(
        _PANDAS,
        code=(
            "from pathlib import Path\n"
            "import pandas as pd\n\n"
            'months = sorted(Path("data").glob("articles-*.parquet"))\n'
            'columns = ["title", "language", "published_at"]\n'
            "articles = pd.concat([pd.read_parquet(month, columns=columns) for month in months])\n"
            'print(articles.groupby("language").size())'
        ),
    ),
    *SNIPPETS[3:5],
)
"""The same for a release without whole files; without those for CSV, of which it has none of the articles."""


def list_snippets(manifest: Manifest) -> tuple[Snippet, ...]:
    """The snippets for a release; where its address is known, first of all how to download and check it whole."""
    snippets = snippets_of(manifest)
    address = release_address(manifest)
    if not address:
        return snippets
    code = (
        f"release={address}\n"
        'curl --fail --silent --show-error --remote-name "${release}SHA256SUMS"\n'
        "cut -c 67- SHA256SUMS | while read -r path; do\n"
        '    curl --fail --silent --show-error --create-dirs --output "$path" "$release$path"\n'
        "done\n"
        "sha256sum --check --quiet SHA256SUMS && echo complete"
    )
    return (Snippet(tool="Download it with curl", language="sh", code=code), *snippets)


def snippets_of(manifest: Manifest) -> tuple[Snippet, ...]:
    """The snippets that work in the folder of a release."""
    return SNIPPETS if manifest.has_whole_files else MONTHLY_SNIPPETS
