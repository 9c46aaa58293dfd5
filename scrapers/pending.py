"""Which crawls wait to be extracted: those that are finished and have no batch of the current extractor.

Apart from the extraction (`scrapers.extraction.stage`), whose libraries take as long to load as the rest of `kabarchy`:
who only asks what waits does not need them.
"""

from pathlib import Path

from scrapers.archive import FINISHED, list_crawls
from scrapers.records import EXTRACTOR
from scrapers.staging import batch_id


def pending_crawls(archive: Path, staging: Path) -> list[Path]:
    """Return the finished crawls without a batch of the current extractor, oldest first."""
    return [path for path in list_crawls(archive) if not batch_path(staging, path).exists()]


def batch_path(staging: Path, crawl: Path) -> Path:
    """Return where the batch of a finished crawl stands once it is extracted."""
    return staging / batch_id(crawl.name.removesuffix(FINISHED), EXTRACTOR)
