"""The registry as rows: what analysts and consumers may know of a source."""

from collections.abc import Iterable

import pyarrow as pa

from scrapers.records import join_list
from scrapers.registry import Source
from scrapers.tables import SOURCE


def source_rows(sources: Iterable[Source]) -> pa.Table:
    """One row a source, in the contract's schema."""
    return pa.Table.from_pylist([_row(source) for source in sources], schema=SOURCE.schema)


def _row(source: Source) -> dict[str, object]:
    return {
        "source_id": source.id,
        "name": source.name,
        "homepage": source.homepage,
        "country": source.country,
        "languages": join_list(source.languages),
        "timezone": source.timezone,
        "status": source.status.state.value,
        "status_reason": source.status.reason,
        "rights_level": source.rights.level.value,
        "rights_basis": source.rights.basis,
        "licence": source.rights.licence,
        "evidence_url": source.rights.evidence_url,
        "tdm_reserved": source.rights.tdm_reserved,
        "min_articles_per_week": source.expectations.min_articles_per_week,
        "max_articles_per_week": source.expectations.max_articles_per_week,
        "min_articles": source.expectations.min_articles,
    }
