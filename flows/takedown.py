"""Takedown: register, then take the articles out of everything that holds them, in the order in which it is made.

Register → archive, batches, visits, checks → warehouse, made anew → generation, the older ones gone → releases, issued
again → catalogue. Each step looks at what is there, so that a takedown that was killed or refused is carried out by the
next `kabarchy takedown apply`; until then nothing of it comes in again. Nothing here knows Prefect.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from exports.catalogue import build_site
from exports.imprint import NO_IMPRINT, Imprint
from exports.profiles import Profile, folders_of
from exports.published import list_data_files
from exports.reissue import reissue_releases
from scrapers.data_root import DataRoot
from scrapers.identity import BadUrlError, article_id, normalise_url
from scrapers.registry import Source
from scrapers.staging import batch_paths
from scrapers.tables import TOMBSTONE
from scrapers.takedowns import (
    OptOut,
    Register,
    Takedown,
    TakedownError,
    TakedownReason,
    add_to_register,
    nobody_heeding,
    note_carried_out,
    read_register,
)
from scrapers.withholding import withhold_checks, withhold_source
from warehouse.analyst_copy import current_generation, publish_generation, remove_old_generations
from warehouse.loader import rebuild_warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked to be taken down."""

    ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    source_id: str | None = None
    """Everything of this source."""
    reason: TakedownReason
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownReport:
    """What a takedown did."""

    n_articles: int
    """Articles on the register now."""
    sources: tuple[str, ...]
    generation: str | None
    issued_again: tuple[str, ...]
    """Ids of the releases that took the place of others."""


def register_request(root: DataRoot, registry: dict[str, Source], request: Request, *, now: datetime) -> Register:
    """Put a request on the register, durably. Raises TakedownError for what is held nowhere."""
    held = _held_articles(root)
    wanted = dict(_find(request, registry, held))
    takedowns = [
        Takedown(article_id=id_, source_id=source, reason=request.reason, taken_down_at=now, note=request.note)
        for id_, source in wanted.items()
    ]
    opt_outs = []
    if request.source_id is not None and request.reason is TakedownReason.SOURCE_OPTOUT:
        opt_outs = [OptOut(source_id=request.source_id, taken_down_at=now, note=request.note)]
    return add_to_register(root.takedowns, takedowns, opt_outs)


def carry_out(
    root: DataRoot, registry: dict[str, Source], *, now: datetime, code_version: str, imprint: Imprint = NO_IMPRINT
) -> TakedownReport:
    """Take all that is registered out of everything that holds it; safe to repeat.

    Raises what the steps raise, of which each names its place; then what is left is done by the next call.
    """
    register = read_register(root.takedowns)
    with nobody_heeding(root.takedowns):
        for source_id in sorted(register.sources):
            withhold_source(root.archive, root.staging, root.visits, source_id, register)
            withhold_checks(root.checks, source_id, register)
    generation = _renew_warehouse(root, registry, register)
    issued: list[str] = []
    for profile in Profile:
        (releases, site), own = folders_of(root, profile), replace(imprint, profile=profile)
        issued += reissue_releases(releases, _tombstones(register), now=now, code_version=code_version, imprint=own)
        if site.is_dir():
            build_site(releases, site, generation=generation, now=now, imprint=own)
    note_carried_out(root.takedowns, register)
    return TakedownReport(
        n_articles=len(register.takedowns),
        sources=tuple(sorted(register.sources)),
        generation=generation.name if generation else None,
        issued_again=tuple(issued),
    )


def _renew_warehouse(root: DataRoot, registry: dict[str, Source], register: Register) -> Path | None:
    if not root.warehouse.exists():
        return None
    rebuild_warehouse(root.warehouse, root.staging, registry, register=register, wait_s=_LOADER_WAIT_S)
    publish_generation(root.warehouse, root.analyst, wait_s=_LOADER_WAIT_S)
    remove_old_generations(root.analyst)
    return current_generation(root.analyst)


_LOADER_WAIT_S = 600.0
"""A load takes minutes; a takedown can wait for it."""


def _held_articles(root: DataRoot) -> dict[str, str]:
    """Source by id of every article that a batch or a release holds."""
    files = [path / "articles.parquet" for path in batch_paths(root.staging)]
    releases = [*root.releases.glob("2*"), *root.internal_releases.glob("2*")]
    files += [file for release in releases for file in list_data_files(release, "articles")]
    held: dict[str, str] = {}
    for file in files:
        if file.is_file():
            rows = pq.read_table(file, columns=["article_id", "source_id"])
            held.update(zip(rows["article_id"].to_pylist(), rows["source_id"].to_pylist(), strict=True))
    return held


def _find(request: Request, registry: dict[str, Source], held: dict[str, str]) -> Iterable[tuple[str, str]]:
    for id_ in request.ids:
        if id_ not in held:
            raise TakedownError(f"{id_}: no batch and no release holds an article of this id")
        yield id_, held[id_]
    for url in request.urls:
        yield _find_url(url, registry, held)
    if request.source_id is not None:
        if request.source_id not in registry and request.source_id not in held.values():
            raise TakedownError(f"{request.source_id}: neither in the registry nor the source of any article held")
        yield from ((id_, source) for id_, source in held.items() if source == request.source_id)


def _find_url(url: str, registry: dict[str, Source], held: dict[str, str]) -> tuple[str, str]:
    try:
        address = normalise_url(url)
    except BadUrlError as error:
        raise TakedownError(str(error)) from error
    named = {article_id(source_id, address): source_id for source_id in {*registry, *held.values()}}
    found = [(id_, source_id) for id_, source_id in named.items() if id_ in held]
    if not found:
        raise TakedownError(f"{url}: no article that is held has this address")
    if len(found) > 1:
        raise TakedownError(f"{url}: {len(found)} articles held have this address; give the id")
    return found[0]


def _tombstones(register: Register) -> pa.Table:
    rows = [
        {"article_id": it.article_id, "withdrawn_date": it.taken_down_at.date(), "reason": it.reason.value}
        for it in register.takedowns
    ]
    sources = pa.array([it.source_id for it in register.takedowns], pa.string())
    return pa.Table.from_pylist(rows, schema=TOMBSTONE.schema).append_column("source_id", sources)
