"""A source is called fresh only when it is: by its crawls, by what is expected, at the release's own instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exports.freshness import SourceLook, stale_because
from tests.exports.conftest import History
from tests.exports.readers import manifest

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
FRESH = SourceLook(
    status="enabled",
    last_success_at=NOW - timedelta(hours=3),
    is_carried_forward=False,
    carried_forward_since=None,
    n_new_last_7_days=9,
    min_articles_per_week=9,
)


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (FRESH, None),
        (replace(FRESH, last_success_at=None), "never crawled completely"),
        (
            replace(FRESH, is_carried_forward=True, carried_forward_since=NOW - timedelta(days=1)),
            "carried forward since 2026-11-21",
        ),
        (replace(FRESH, last_success_at=NOW - timedelta(days=2)), "no complete crawl for 2 days"),
        (replace(FRESH, n_new_last_7_days=8), "8 new articles in a week, at least 9 expected"),
        (replace(FRESH, min_articles_per_week=None, n_new_last_7_days=0), None),
        (replace(FRESH, status="removed", last_success_at=None), None),
    ],
    ids=["fresh", "never", "carried", "old", "thin", "nothing-expected", "removed"],
)
def test_a_source_is_stale_for_a_reason(look: SourceLook, why: str | None) -> None:
    assert stale_because(look, NOW) == why


def test_the_manifest_lists_the_stale_sources_and_says_why_of_each(history: History) -> None:
    said = manifest(history.cut[3].path)

    assert said["freshness"] == {
        "judged_at": "2026-11-23T06:00:00Z",
        "n_sources": 3,
        "stale": ["closed", "open", "short"],
    }
    assert [source["stale_because"] for source in said["sources"]] == [
        "no complete crawl for 3 days",
        "no complete crawl for 3 days",
        "carried forward since 2026-11-20",
    ]
