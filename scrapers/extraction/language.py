"""Which language and script a text is in.

py3langid on title and text, not constrained to our languages: constrained, it forces Tatar or Turkish into one of them.
The script is decided by counting letters. Where the text is too short for a sure answer, a language of the source that
the identifier finds nearly as likely is preferred; below the threshold the answer is "und".
"""

import re
import unicodedata
from collections import Counter
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from scrapers.extraction.page import Page

UNDETERMINED = "und"

THRESHOLD = 0.5
"""Normalised probability below which a language is not named. Of SIB-200 sentences in our languages none that was
identified rightly lies below it, once titles and texts have 100 characters."""

_SAMPLE_CHARS = 1000  # of 865 real pages more changes the language of none, and costs time in proportion
_LIKELY_SHARE = 0.2  # of the best probability; a source's own language with this much is preferred in short texts
_SHORT_LETTERS = 200  # letters from which the identifier is never wrong between neighbours (ky, kk, tt; uz, tk, az)

_CODES = {"uzs": "uz", "no": "nb"}
_USUAL_SCRIPT = {"ky": "Cyrl", "kk": "Cyrl", "tg": "Cyrl", "tk": "Latn", "ru": "Cyrl", "en": "Latn"}
_ALWAYS_WITH_SCRIPT = frozenset({"uz"})
_DECLARED = re.compile(r"^([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?$")


def detect_language(text: str, expected: tuple[str, ...]) -> tuple[str, float]:
    """Return the BCP 47 tag of a text and the confidence, 0 to 1 with four decimals.

    `expected` are the source's languages, which decide only between answers that are nearly as likely in a short text.
    """
    sample = text[:_SAMPLE_CHARS]
    n_letters = sum(map(str.isalpha, sample))
    if n_letters == 0:
        return UNDETERMINED, 0.0
    ranked = _identifier().rank(sample)
    code, share = _prefer_expected(ranked, expected) if n_letters < _SHORT_LETTERS else ranked[0]
    confidence = round(min(1.0, float(share)), 4)
    if confidence < THRESHOLD and code not in {tag.partition("-")[0] for tag in expected}:
        return UNDETERMINED, confidence
    return _tag(_CODES.get(code, code), sample), confidence


def _prefer_expected(ranked: list[tuple[str, float]], expected: tuple[str, ...]) -> tuple[str, float]:
    codes = {tag.partition("-")[0] for tag in expected}
    best = ranked[0]
    own = next(((c, p) for c, p in ranked if _CODES.get(c, c) in codes), None)
    return own if own is not None and own[1] >= _LIKELY_SHARE * best[1] else best


@cache
def _identifier() -> LanguageIdentifier:
    """The identifier with its model, read once in a process; it keeps no state between texts."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _tag(code: str, text: str) -> str:
    script = script_of(text)
    usual = _USUAL_SCRIPT.get(code)
    if code in _ALWAYS_WITH_SCRIPT or (usual is not None and script != usual):
        return f"{code}-{script}"
    return code


def script_of(text: str) -> str:
    """Return "Cyrl" or "Latn", whichever has more letters; "Zyyy" without letters of either."""
    counts: Counter[str] = Counter()
    for char, n in Counter(text).items():
        if char.isalpha():
            counts[unicodedata.name(char, "").partition(" ")[0]] += n
    cyrillic, latin = counts["CYRILLIC"], counts["LATIN"]
    if cyrillic == latin == 0:
        return "Zyyy"
    return "Cyrl" if cyrillic >= latin else "Latn"


def declared_language(page: Page) -> str | None:
    """Return the BCP 47 tag that the page declares, in canonical case; None when it declares none or nonsense."""
    html = page.root.get("lang") or page.root.get("{http://www.w3.org/XML/1998/namespace}lang")
    said = (html, page.first_meta("content-language", "og:locale", "dc.language", "language"), page.structured.language)
    return next((tag for text in said if text and (tag := canonical_tag(text))), None)


def canonical_tag(text: str) -> str | None:
    """Return a language tag in canonical case, None for what is no tag.

    >>> canonical_tag("KY_kg")
    'ky-KG'
    """
    match = _DECLARED.match(text.strip())
    if match is None:
        return None
    language, script, region = match.groups()
    parts = (language.lower(), script.title() if script else None, region.upper() if region else None)
    return "-".join(part for part in parts if part)
