"""The whole pipeline over saved pages of real outlets: nothing is lost, and the text is at least as good."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from trafilatura import bare_extraction

from exports.release import Release
from exports.verify import verify_release
from tests.pipeline import Pipeline, new_pipeline
from tests.replay import CORPORA, SavedPage, harness, saved_pages, served, source_toml

N_PAGES = {"fundus": 45, "daniel_s": 61, "cyr_dates": 19, "postlight": 33, "trafilatura": 43}
"""Pages taken of each corpus: over 200 in all, few enough for a test of a minute."""

pytestmark = [
    pytest.mark.skipif(not CORPORA.is_dir(), reason=f"saved real pages are not here: {CORPORA}"),
    pytest.mark.timeout(300),
]


@dataclass(frozen=True)
class Replay:
    pipeline: Pipeline
    pages: dict[str, list[SavedPage]]
    summaries: dict[str, dict[str, Any]]
    release: Release | None


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    pipeline = new_pipeline(tmp_path_factory.mktemp("replay"))
    pages = {corpus: saved_pages(corpus, limit) for corpus, limit in N_PAGES.items()}
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with ExitStack() as sites:
        for corpus, of_corpus in pages.items():
            base = sites.enter_context(served(of_corpus))
            (pipeline.root.sources / f"{corpus}.toml").write_text(source_toml(corpus, base), encoding="utf-8")
        summaries = pipeline.crawl_all(now, "replay")
    pipeline.extract()
    pipeline.load()
    return Replay(pipeline, pages, summaries, pipeline.release(now))


def body_f1(texts: dict[str, dict[str, str]], pages: dict[str, list[SavedPage]]) -> float:
    """Body F1 over the pages of all corpora that have a body in their truth."""
    bench = harness()
    scores = [bench.score_page(p.truth, {"text": texts[c].get(p.path)}) for c, of in pages.items() for p in of]
    return float(bench.summarise(scores)["body"]["f1"])


def bare_texts(pages: list[SavedPage]) -> dict[str, str]:
    found = {p.path: bare_extraction(p.body(), url=p.truth["url"], include_comments=False) for p in pages}
    return {path: document.text for path, document in found.items() if document}


def test_every_page_is_accounted_for(replay: Replay) -> None:
    n_pages = sum(len(pages) for pages in replay.pages.values())
    fetched = replay.pipeline.table("select sum(n)::int n from ledger where stage = 'page'").to_pylist()[0]["n"]
    ended = replay.pipeline.table(
        "select count(distinct capture_id)::int n from (select capture_id from observation union"
        " select capture_id from rejection)"
    ).to_pylist()[0]["n"]

    assert n_pages >= 200
    assert fetched == ended == n_pages
    assert all(summary["is_complete"] for summary in replay.summaries.values())


def test_at_least_95_percent_of_pages_with_a_body_become_articles(replay: Replay) -> None:
    with_body = {c: [p for p in pages if p.truth.get("text")] for c, pages in replay.pages.items()}
    texts = {corpus: replay.pipeline.texts(corpus) for corpus in with_body}
    n_articles = sum(page.path in texts[c] for c, pages in with_body.items() for page in pages)

    assert n_articles >= 0.95 * sum(len(pages) for pages in with_body.values())


def test_the_release_verifies(replay: Replay) -> None:
    assert replay.release is not None
    assert [gate for gate in verify_release(replay.release.path) if not gate.is_ok] == []


def test_the_text_is_at_least_as_good_as_that_of_bare_trafilatura(replay: Replay) -> None:
    pages = {corpus: of for corpus, of in replay.pages.items() if "text" in of[0].truth}
    ours = {corpus: replay.pipeline.texts(corpus) for corpus in pages}
    bare = {corpus: bare_texts(of) for corpus, of in pages.items()}

    assert body_f1(ours, pages) >= body_f1(bare, pages)
