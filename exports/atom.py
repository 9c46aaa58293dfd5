"""`releases.atom`: a feed with an entry for each release (RFC 4287), newest first; deprecated columns are said in each.

Built with ElementTree, which escapes all that can be escaped; every text is plain (`type="text"`, the default). Ids are
names of the releases, not places (`about.release_urn`), so that a feed reader shows no entry twice when the catalogue
moves to another address.
"""

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from exports.about import PUBLISHER, release_address, release_urn
from exports.labels import counted
from exports.manifest import Manifest
from exports.unmarkable import replace_unmarkable
from scrapers.published_tables import PUBLISHED_TABLES

FEED = "releases.atom"
_ATOM = "http://www.w3.org/2005/Atom"
_KEPT = 100
"""Entries in the feed; who was away for longer reads `versions.json`."""


def render_atom(manifests: Sequence[Manifest]) -> str:
    """The text of the feed of the releases given, newest first; at least one."""
    newest = manifests[0]
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, newest.dataset)}")
    _add(feed, "title", f"{newest.title}: releases")
    _add(feed, "subtitle", newest.description)
    _add(feed, "updated", newest.created.isoformat())
    _add(ET.SubElement(feed, "author"), "name", PUBLISHER)
    base = newest.catalogue_url or ""
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{base}{FEED}"})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": base or "index.html"})
    for manifest in manifests[:_KEPT]:
        feed.append(_entry(manifest))
    ET.indent(feed, space=" ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def _entry(manifest: Manifest) -> ET.Element:
    entry = ET.Element("entry")
    address = release_address(manifest, below=f"releases/{manifest.id}/")
    _add(entry, "id", release_urn(manifest))
    _add(entry, "title", f"Release {manifest.id}: {counted(manifest.rows, 'article')}")
    _add(entry, "updated", manifest.created.isoformat())
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/markdown", "href": f"{address}README.md"})
    _add(entry, "summary", _summary(manifest))
    return entry


def _summary(manifest: Manifest) -> str:
    changes, since = manifest.changes, f"since {manifest.previous}" if manifest.previous else "in the first release"
    parts = [f"{changes.added} added, {changes.modified} modified, {changes.deleted} deleted {since}."]
    stale = [source.name for source in manifest.sources if source.is_carried_forward]
    if stale:
        parts.append(f"Carried forward, for want of a complete crawl: {', '.join(stale)}.")
    parts.append(f"Schema {manifest.schema_version}.")
    parts += [f"Column {name} {words}." for name, words in list_deprecations()]
    return " ".join(parts)


def list_deprecations() -> list[tuple[str, str]]:
    """Every published column that will go: its name with its table's, and when and what to use instead, in words."""
    return [
        (f"{table.name}.{column.name}", column.deprecated.words)
        for table in PUBLISHED_TABLES
        for column in table.columns
        if column.deprecated is not None
    ]


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = replace_unmarkable(text)
