"""Commands to copy that read a release, to be run in its folder. The tests run each of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A few lines that work when pasted."""

    tool: str
    language: str
    """`sql`, `python` or `sh`."""
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
