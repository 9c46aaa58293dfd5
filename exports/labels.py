"""What codes are called in the catalogue: languages by BCP 47 tag, countries by ISO 3166-1 code. English names."""

from scrapers.counts import numbered

_LANGUAGES = {
    "en": "English",
    "kk": "Kazakh",
    "ky": "Kyrgyz",
    "ru": "Russian",
    "tg": "Tajik",
    "tk": "Turkmen",
    "uz": "Uzbek",
    "uz-Cyrl": "Uzbek (Cyrillic)",
    "uz-Latn": "Uzbek (Latin)",
    "kk-Latn": "Kazakh (Latin)",
    "und": "not recognised",
}
_COUNTRIES = {
    "KG": "Kyrgyzstan",
    "KZ": "Kazakhstan",
    "TJ": "Tajikistan",
    "TM": "Turkmenistan",
    "UZ": "Uzbekistan",
    "XX": "the whole region",
}


def name_language(tag: str) -> str:
    """Name a language; a tag that has no name here names itself.

    >>> name_language("uz-Cyrl"), name_language("pl")
    ('Uzbek (Cyrillic)', 'pl')
    """
    return _LANGUAGES.get(tag, tag)


def counted(n: int, word: str) -> str:
    """A number for a page with what it counts, of which the plural ends in s.

    >>> counted(1, "article"), counted(1200, "article")
    ('1 article', '1\u202f200 articles')
    """
    return f"{grouped(n)} {numbered(n, word)}"


def grouped(n: int) -> str:
    """Digits in groups of three, by a no-break space that is narrow."""
    return f"{n:,}".replace(",", "\u202f")


def name_country(code: str) -> str:
    """Name a country; a code that has no name here names itself."""
    return _COUNTRIES.get(code, code)
