from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.reports import (
    LoadCounts,
    RunReport,
    SourceReport,
    Verdict,
    list_reports,
    load_report,
    render_markdown,
    save_report,
    source_rows,
)
from scrapers.backfills import Left

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = SourceReport(
    source_id="good", crawl_id="c-good", n_discovered=3, n_fetched=2, n_skipped=1, n_failed=0, duration_s=2.04
)
BAD = SourceReport(source_id="bad", problem="killed by SIGSEGV", duration_s=1.0)


LEFT = SourceReport(source_id="left", skipped="opted out on 2026-11-20", duration_s=0.0)


def report(**changes: object) -> RunReport:
    loaded = LoadCounts(n_batches=1, n_new=2, n_changed=0, n_unchanged=0)
    known = {"run_id": "20261120T120000Z-ab12", "started_at": NOON, "finished_at": NOON, "loaded": loaded}
    return RunReport.model_validate({**known, "sources": (GOOD,), "release": "2026-11-20", **changes})


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.COMPLETED),
        ({"sources": ()}, Verdict.COMPLETED),
        ({"sources": (GOOD, BAD)}, Verdict.DEGRADED),
        ({"problems": ("damaged batch not loaded: x",)}, Verdict.DEGRADED),
        ({"sources": (BAD,)}, Verdict.FAILED),
        ({"sources": (GOOD, LEFT)}, Verdict.COMPLETED),
        ({"sources": (LEFT,)}, Verdict.COMPLETED),
        ({"sources": (BAD, LEFT)}, Verdict.FAILED),
        ({"failure": "release: gate rights refused"}, Verdict.FAILED),
    ],
)
def test_a_run_is_as_good_as_what_it_published(changes: dict[str, object], verdict: Verdict) -> None:
    assert report(**changes).verdict is verdict


def test_the_message_names_what_was_done_and_each_thing_that_was_not() -> None:
    assert report(sources=(GOOD, BAD), problems=("extract: disk full",)).message == (
        "1 of 2 sources complete, 2 new and 0 changed articles, release 2026-11-20; "
        "bad (killed by SIGSEGV); extract: disk full"
    )


def test_a_source_that_was_skipped_is_told_and_is_none_of_those_that_should_be_complete() -> None:
    assert report(sources=(GOOD, LEFT)).message == (
        "1 of 1 source complete, left skipped (opted out on 2026-11-20), 2 new and 0 changed articles, "
        "release 2026-11-20"
    )
    assert source_rows((LEFT,))[0]["state"] == "skipped: opted out on 2026-11-20"


@pytest.mark.parametrize(
    ("problem", "left", "state", "told"),
    [
        (None, Left(n_entry_pages=0, n_pages=0), "backfill finished", "backfill finished"),
        (
            None,
            Left(n_entry_pages=31, n_pages=1),
            "backfill not finished: 31 pages of entries and 1 article left",
            "backfill not finished, the next run goes on: far (31 pages of entries and 1 article)",
        ),
        (
            "ended early: closespider_timeout",
            Left(n_entry_pages=0, n_pages=2),
            "ended early: closespider_timeout; backfill not finished: 2 articles left",
            "backfill not finished, the next run goes on: far (2 articles); far (ended early: closespider_timeout)",
        ),
    ],
)
def test_a_run_of_a_backfill_says_whether_it_is_finished_or_what_is_left(
    problem: str | None, left: Left, state: str, told: str
) -> None:
    far = SourceReport(source_id="far", problem=problem, left=left, duration_s=1.0)

    assert source_rows((far,))[0]["state"] == state
    assert report(sources=(far,), loaded=None, release=None).message.partition(" complete; ")[2] == told


def test_each_source_is_a_row_and_what_is_not_known_stays_empty() -> None:
    good, bad = source_rows((GOOD, BAD))

    assert (good["source"], good["discovered"], good["articles"], good["seconds"], good["state"]) == (
        "good",
        3,
        None,
        2.0,
        "complete",
    )
    assert (bad["discovered"], bad["state"]) == (None, "killed by SIGSEGV")


def test_a_report_is_read_as_it_was_kept(tmp_path: Path) -> None:
    far = SourceReport(source_id="far", left=Left(n_entry_pages=1, n_pages=0), duration_s=1.0)
    kept = report(sources=(GOOD, BAD, far))
    (tmp_path / "current.json").write_text("{}")

    path = save_report(tmp_path, kept)

    assert load_report(path) == kept
    assert list_reports(tmp_path) == [path]


def test_the_report_for_prefect_says_how_long_it_took_and_what_each_bad_source_lacks() -> None:
    lines = render_markdown(report(sources=(GOOD, BAD), finished_at=NOON + timedelta(seconds=83))).splitlines()

    assert "- time: 2026-11-20 12:00:00 to 12:01:23 UTC, 83 s" in lines
    assert [line for line in lines if line.startswith("- source")] == ["- source bad: killed by SIGSEGV"]
