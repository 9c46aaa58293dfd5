"""`CITATION.cff`: how to cite a release, for programs (Citation File Format 1.2.0, https://citation-file-format.github.io).

Every value is written as JSON, which YAML 1.2 contains: no title can break out of its line.
"""

import json

from exports.about import KEYWORDS, PUBLISHER, release_address, release_urn
from exports.manifest import Manifest


def render_cff(manifest: Manifest) -> str:
    """The text of `CITATION.cff`."""
    fields: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": "If you use this data, please cite the release that you used.",
        "type": "dataset",
        "title": manifest.title,
        "version": manifest.version,
        "date-released": manifest.created.date().isoformat(),
        "authors": [{"name": PUBLISHER}],
        "abstract": manifest.description,
        "keywords": list(KEYWORDS),
        "identifiers": [{"type": "other", "value": release_urn(manifest), "description": f"release {manifest.id}"}],
    }
    licence, address = manifest.profile.licence, release_address(manifest)
    fields |= {"license": licence.name} if licence.is_spdx else {"license-url": licence.url}
    if address:
        fields["url"] = address
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
