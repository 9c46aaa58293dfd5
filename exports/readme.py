"""`README.md` of a release: what it is, its files, and how to read them."""

from exports.card import render_card
from exports.manifest import Manifest
from exports.pages import render
from exports.profiles import Profile
from exports.snippets import list_snippets


def render_readme(manifest: Manifest) -> str:
    """The text of `README.md`."""
    is_internal = manifest.profile is Profile.INTERNAL
    return render_card(manifest) + render(
        "README.md.j2", manifest=manifest, snippets=list_snippets(manifest), is_internal=is_internal
    )
