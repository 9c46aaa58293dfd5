"""`README.md` of a release: what it is, its files, and how to read them."""

from exports.card import render_card
from exports.manifest import Manifest
from exports.pages import render
from exports.snippets import list_snippets


def render_readme(manifest: Manifest) -> str:
    """The text of `README.md`."""
    return render_card(manifest) + render("README.md.j2", manifest=manifest, snippets=list_snippets(manifest))
