"""Which language our identifier takes sentences of known languages for: a confusion table of shares of lines.

    .venv/bin/python -m benchmarks.language

The sentences (SIB-200, UDHR) lie outside the project, in `../shared/pages/langid`; each line is one text, read without
knowing its source. Neighbours that we do not publish (Tatar, Turkish, ...) show what would be taken for one of ours.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scrapers.extraction.language import detect_language

LANGID = Path(__file__).parent.parent.parent / "shared" / "pages" / "langid"

FLOOR = 0.995
"""Share of lines of each of our languages that must be right."""

OURS = {
    "sib200_kir_Cyrl": "ky", "udhr_kir": "ky", "sib200_kaz_Cyrl": "kk", "udhr_kaz": "kk",
    "sib200_uzn_Latn": "uz-Latn", "udhr_uzn_latn": "uz-Latn", "udhr_uzn_cyrl": "uz-Cyrl",
    "sib200_tgk_Cyrl": "tg", "udhr_tgk": "tg", "sib200_tuk_Latn": "tk", "udhr_tuk_latn": "tk",
    "sib200_rus_Cyrl": "ru", "sib200_eng_Latn": "en",
}  # fmt: skip
"""Tag of each file of our languages; the other files are neighbours."""

Answers = dict[str, Counter[str]]


def answers(folder: Path = LANGID) -> Answers:
    """Return how often each tag was answered, by file; lines without words are left out."""
    files = sorted(folder.glob("*.txt"))
    return {file.stem: Counter(detect_language(line, ())[0] for line in _texts(file)) for file in files}


def shares(found: Mapping[str, Counter[str]]) -> dict[str, float]:
    """Return the share of right lines of each of our languages, over all its files."""
    right: Counter[str] = Counter()
    n_lines: Counter[str] = Counter()
    for file, tag in OURS.items():
        right[tag] += found[file][tag]
        n_lines[tag] += found[file].total()
    return {tag: right[tag] / n_lines[tag] for tag in n_lines}


def _texts(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if any(map(str.isalpha, line))]


def main() -> int:
    """Print the table; exit code 1 when one of our languages is below the floor."""
    if not LANGID.is_dir():
        print(f"sentences of known languages are not here: {LANGID}", file=sys.stderr)
        return 2
    found = answers()
    table = Table("file", "is", "lines", "right", "taken for")
    for file, counts in found.items():
        tag, total = OURS.get(file, "–"), counts.total()
        others = ", ".join(f"{other} {n}" for other, n in counts.most_common() if other != tag)
        table.add_row(file, tag, str(total), f"{counts[tag] / total:.4f}" if tag != "–" else "–", others)
    Console().print(table)
    by_tag = shares(found)
    for tag, share in by_tag.items():
        print(f"{tag:8} {share:.4f}{'' if share >= FLOOR else f'  below {FLOOR}'}")
    return 0 if min(by_tag.values()) >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
