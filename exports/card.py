"""Front matter of `README.md`: the dataset card by which `datasets` and the Hugging Face hub know what to load.

One configuration for each table, all of them Parquet: one repository reads one file type only (measured).
"""

import json
from collections.abc import Iterable

from exports.about import language_codes
from exports.manifest import Manifest
from exports.profiles import Profile
from exports.published import ARTICLES, PUBLISHED

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LICENCE_NAMES = {Profile.PUBLIC: "cc-by-4.0-for-metadata-only", Profile.INTERNAL: "not-for-redistribution"}


def render_card(manifest: Manifest) -> str:
    """The YAML between and with its `---` lines; values as JSON, which YAML 1.2 contains."""
    fields: dict[str, object] = {
        "pretty_name": manifest.title,
        "license": "other",
        "license_name": _LICENCE_NAMES[manifest.profile],
        "license_link": "RIGHTS.md",
        "language": language_codes(manifest),
        "size_categories": [next((name for bound, name in _SIZES if manifest.rows < bound), "n>1M")],
        "tags": ["news", "central-asia"],
        "configs": list(_configurations(manifest)),
    }
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return f"---\n{''.join(lines)}---\n"


def _configurations(manifest: Manifest) -> Iterable[dict[str, object]]:
    for published in PUBLISHED:
        if manifest.tables[published.name].rows == 0:
            continue  # a configuration without rows is an error to its readers
        is_by_month = published is ARTICLES or (manifest.months_of(published.name) and not manifest.has_whole_files)
        path = f"data/{published.name}-*.parquet" if is_by_month else f"{published.name}.parquet"
        configuration: dict[str, object] = {"config_name": published.name, "data_files": path}
        yield configuration | ({"default": True} if published is ARTICLES else {})
