"""What a release may not fall below and should not exceed, source by source, against the registry and the last release.

A minimum that is missed blocks: history was lost. A maximum that is exceeded warns, and the manifest carries the
warning. Where the registry names a source's `min_articles`, that alone decides; so a source that was cleaned up on
purpose gets a number there. Withdrawn articles are not lost ones: each counts for its own source, as if it were held.
A release that is issued again answers for nothing but what was taken out of it: its first issue was judged. What is
right although it looks wrong can be accepted by a person, with the reason (`exports.acceptance`).
"""

import duckdb

from exports.manifest import Manifest, ManifestWarning
from scrapers.counts import counted

LARGEST_LOSS = 0.1
"""Part of a source's articles that may be gone from one release to the next: addresses merged, pages judged anew."""
FEW_ARTICLES = 10
"""So many may always go, or lack what they had: a share says little of a small source."""
LARGEST_FALL = 0.2
"""By how much the share of a source's articles with a title, a date or a text may fall; more, and something broke.
Of a source of forty articles it takes eleven without: fewer articles than that are a bad day, not a broken source."""


def find_warnings(connection: duckdb.DuckDBPyConnection) -> tuple[ManifestWarning, ...]:
    """Sources that had more new articles in a week than the registry expects. Input: coverage."""
    coverage = connection.table("coverage").filter("n_new_last_7_days > max_articles_per_week").order("source_id")
    rows = coverage.project("source_id, n_new_last_7_days, max_articles_per_week").fetchall()
    return tuple(
        ManifestWarning(
            gate="maximum", source_id=source_id, detail=f"{n} new articles in a week, at most {most} expected"
        )
        for source_id, n, most in rows
    )


def find_losses(
    manifest: Manifest, previous: Manifest, bounds: dict[str, int | None], withdrawn: dict[str, tuple[int, int]]
) -> dict[str, str]:
    """Sources that hold fewer articles than they must, by id, in words.

    `bounds` is each source's `min_articles`; `withdrawn` how many of its articles ever were, and since `previous`.
    """
    held = {source.source_id: source.rows for source in manifest.sources}
    had = {source.source_id: source.rows for source in previous.sources}
    faults = {}
    for source_id in sorted({*held, *had}):
        n_held, n_had, least = held.get(source_id, 0), had.get(source_id, 0), bounds.get(source_id)
        n_ever, n_since = withdrawn.get(source_id, (0, 0))
        if least is not None and n_held + n_ever < least and n_had > n_since:
            faults[source_id] = f"{counted(n_held, 'article')}, at least {least} expected"
        elif least is None and n_had - n_held - n_since > max(LARGEST_LOSS * n_had, FEW_ARTICLES):
            faults[source_id] = f"{counted(n_held, 'article')}, {n_had} in release {previous.id}"
    return faults
