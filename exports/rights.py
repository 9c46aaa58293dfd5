"""What a release may carry of each source, in words: the levels and `RIGHTS.md`.

The levels themselves are applied in `sql/published_articles.sql` and checked by the gate `rights`.
"""

from exports.manifest import Manifest
from exports.pages import render
from exports.profiles import Profile
from scrapers.records import RightsLevel

LEVELS: dict[RightsLevel, str] = {
    RightsLevel.METADATA: "link, headline, times, language, section, tags, sources named, counts and hashes; no text",
    RightsLevel.EXCERPT: "metadata, and the opening of the text: at most 200 characters and at most a quarter of it",
    RightsLevel.FULL_TEXT: "metadata, excerpt, the whole text and its authors, under the licence named for the source",
}
"""What each level lets through."""


def render_rights(manifest: Manifest) -> str:
    """The text of `RIGHTS.md`: the licence of the whole, the meaning of the levels, and the level of each source."""
    return render(
        "RIGHTS.md.j2",
        manifest=manifest,
        levels=LEVELS,
        licence=manifest.profile.licence,
        is_internal=manifest.profile is Profile.INTERNAL,
    )
