"""A disk that fills up while a batch is staged: a clear error, no batch, and with room the batch."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.extraction.stage import ExtractJob, extract_crawls
from scrapers.pending import pending_crawls
from scrapers.staging import Batch, verify_batch
from tests.scrapers.extraction.factories import archived, html, source
from tests.scrapers.extraction.test_stage import captured
from tests.small_disk import small_disk


def test_on_a_full_disk_nothing_is_staged_and_with_room_everything_is(tmp_path: Path) -> None:
    crawl = archived(tmp_path / "archive", [captured(n, html()) for n in range(1, 4)])
    job = ExtractJob(
        archive=tmp_path / "archive",
        staging=tmp_path,
        sources={"kabar_example": source()},
        takedowns=tmp_path / "takedown" / "register.json",
        n_workers=1,
    )
    with small_disk(tmp_path / "disk", "16k") as disk:  # a batch of the smallest crawl takes some 30 kB
        on_disk = replace(job, staging=disk.path / "staging")

        with pytest.raises(OSError, match=r"(?i)no space left") as full:
            list(extract_crawls([crawl], on_disk))

        assert full.value.errno == errno.ENOSPC
        assert list(on_disk.staging.iterdir()) == []
        assert pending_crawls(on_disk.archive, on_disk.staging) == [crawl]
        disk.grow("8m")
        (batch,) = extract_crawls([crawl], on_disk)
        assert isinstance(batch, Batch)
        verify_batch(batch)
