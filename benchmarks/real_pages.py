"""The whole pipeline over all saved real pages, beside bare trafilatura on the same pages in the same run.

    .venv/bin/python -m benchmarks.real_pages

Pages and truth lie outside the project, in `../shared/corpora`; the scores are those of the harness beside them.
F1 is over 4-word shingles (body) or over snippets that must and must not occur (trafilatura's own set).
"""

import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.table import Table
from trafilatura import bare_extraction

from exports.verify import verify_release
from tests.pipeline import Pipeline, new_pipeline
from tests.replay import CORPORA, SavedPage, harness, saved_pages, served, source_toml

NAMES = ("fundus", "daniel_s", "cyr_dates", "postlight", "trafilatura")


def replay(home: Path, pages: dict[str, list[SavedPage]]) -> Pipeline:
    """Crawl, extract, load and release the pages; return the data root's stages."""
    pipeline = new_pipeline(home)
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with ExitStack() as sites:
        for corpus, of_corpus in pages.items():
            base = sites.enter_context(served(of_corpus))
            (pipeline.root.sources / f"{corpus}.toml").write_text(source_toml(corpus, base), encoding="utf-8")
        pipeline.crawl_all(now, "replay")
    pipeline.extract()
    pipeline.load()
    pipeline.release(now)
    return pipeline


def f1(bench: ModuleType, texts: dict[str, str], pages: list[SavedPage]) -> float | None:
    """Body or snippet F1 of texts by path; None where the corpus has neither truth."""
    scores = bench.summarise([bench.score_page(page.truth, {"text": texts.get(page.path)}) for page in pages])
    found = scores.get("body") or scores.get("segments")
    return float(found["f1"]) if found else None


def bare_texts(pages: list[SavedPage]) -> dict[str, str]:
    """What trafilatura's defaults give, by path."""
    documents = {p.path: bare_extraction(p.body(), url=p.truth["url"], include_comments=False) for p in pages}
    return {path: document.text for path, document in documents.items() if document}


def main() -> int:
    """Print a row a corpus; exit code 1 when the release does not verify."""
    if not CORPORA.is_dir():
        print(f"saved real pages are not here: {CORPORA}", file=sys.stderr)
        return 2
    bench, pages = harness(), {corpus: saved_pages(corpus, None) for corpus in NAMES}
    table = Table("corpus", "pages", "articles", "rejected", "F1 of the warehouse", "F1 of bare trafilatura")
    with tempfile.TemporaryDirectory() as home:
        pipeline = replay(Path(home), pages)
        for corpus, of_corpus in pages.items():
            texts = pipeline.texts(corpus)
            ours, bare = f1(bench, texts, of_corpus), f1(bench, bare_texts(of_corpus), of_corpus)
            n = (len(of_corpus), len(texts), len(of_corpus) - len(texts))
            table.add_row(corpus, *map(str, n), *("–" if x is None else f"{x:.4f}" for x in (ours, bare)))
        (release,) = (path for path in pipeline.root.releases.iterdir() if path.is_dir())
        wrong = [gate for gate in verify_release(release) if not gate.is_ok]
    Console().print(table)
    print(f"release verifies: {not wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
