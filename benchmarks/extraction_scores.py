"""Answers of extractors for saved pages, and the tables of their scores. The scoring itself is the harness's."""

import importlib.util
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from tests.replay import SavedPage, adapters, harness

Extractor = Callable[[bytes, str], Mapping[str, Any] | None]

_PEERS = {
    "newspaper4k": ("newspaper", "newspaper"),
    "news-please": ("newsplease", "newsplease"),
    "goose3": ("goose3", "goose"),
    "readability": ("readability", "readability"),
    "resiliparse": ("resiliparse", "resiliparse_nocomments"),
    "boilerpy3": ("boilerpy3", "boilerpy"),
    "jusText": ("justext", "justext"),
}
"""Peers: the module that must be installed, and the callable of the harness's adapters."""

_COLUMNS = {
    "F1": ("body", "f1"),
    "P": ("body", "precision"),
    "R": ("body", "recall"),
    "snippets": ("segments", "f1"),
    "title": ("title_norm",),
    "authors": ("author_exact",),
    "day": ("date_day",),
    "minute": ("date_minute",),
    "language": ("lang",),
}
"""Columns of the table, and where the harness's summary has them."""

MIN_PAGES = 10  # languages with fewer pages get no row of their own: one page would move a figure by a tenth


@dataclass(frozen=True, slots=True)
class Answer:
    """What an extractor said of one page."""

    fields: Mapping[str, Any]
    """Text, title, authors, date, language; empty when it found nothing."""
    seconds: float
    """Wall time."""
    error: str | None
    """Type and words of an exception that left the extractor."""

    @property
    def text(self) -> str:
        """The body; empty when none was found."""
        return self.fields.get("text") or ""


def installed_peers() -> dict[str, Extractor]:
    """Peers beyond trafilatura that are installed here."""
    return {
        name: getattr(adapters(), function)
        for name, (module, function) in _PEERS.items()
        if importlib.util.find_spec(module)
    }


def ask(extractor: Extractor, page: SavedPage) -> Answer:
    """Ask an extractor for one page; what it raises is a result here."""
    body, error, fields = page.body(), None, None
    start = time.perf_counter()
    try:
        fields = extractor(body, page.truth["url"])
    except Exception as fault:  # a crash of a peer, or ours, is what this measures
        error = f"{type(fault).__name__}: {fault}"[:200]
    return Answer(fields or {}, time.perf_counter() - start, error)


def summarise(pages: Iterable[SavedPage], answers: Iterable[Answer]) -> dict[str, float]:
    """Figures of one extractor on these pages by column name; what the truth does not tell is absent."""
    bench = harness()
    scores = [bench.score_page(page.truth, answer.fields) for page, answer in zip(pages, answers, strict=True)]
    summary = bench.summarise(scores)
    return {name: value for name, path in _COLUMNS.items() if (value := _at(summary, path)) is not None}


def _at(summary: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    value: Any = summary
    for key in path:
        value = value.get(key) if value else None
    return None if value is None else float(value)


def quality_table(corpora: Mapping[str, list[SavedPage]], answers: Mapping[str, Mapping[str, list[Answer]]]) -> Table:
    """A row for each corpus and tool, then for each language with enough pages."""
    table = Table("corpus", "language", "pages", "tool", *_COLUMNS, "crashes", "slowest s", box=None, pad_edge=False)
    for corpus, pages in corpora.items():
        for language, indexes in _by_language(pages).items():
            for tool, given in answers[corpus].items():
                chosen = [given[i] for i in indexes]
                figures = summarise([pages[i] for i in indexes], chosen)
                cells = (f"{figures[name]:.4f}" if name in figures else "" for name in _COLUMNS)
                n_crashes = sum(a.error is not None for a in chosen)
                slowest = max(a.seconds for a in chosen)
                table.add_row(corpus, language, str(len(chosen)), tool, *cells, str(n_crashes), f"{slowest:.2f}")
    return table


def _by_language(pages: list[SavedPage]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for i, page in enumerate(pages):
        groups[str(page.truth.get("lang") or "")].append(i)
    large = {name: places for name, places in sorted(groups.items()) if name and len(places) >= MIN_PAGES}
    return {"all": list(range(len(pages))), **(large if len(groups) > 1 else {})}


def rejected(answers: Iterable[Answer]) -> Counter[str]:
    """Rejections by reason. Every page of the corpora is an article, so each of these is false."""
    return Counter(str(a.fields["rejected"]) for a in answers if "rejected" in a.fields)


def share_within(ours: Iterable[Answer], theirs: Iterable[Answer]) -> float:
    """Share of the four-word shingles of our texts that also stand in the other texts of the same pages."""
    bench, n_common, n_all = harness(), 0, 0
    for our, their in zip(ours, theirs, strict=True):
        mine = bench.shingles(bench.tokens(our.text)) if our.text else Counter()
        n_common += sum((mine & bench.shingles(bench.tokens(their.text))).values())
        n_all += sum(mine.values())
    return n_common / n_all if n_all else 1.0
