"""Whom the words of a byline name: labels, roles, dates, places and addresses around a name cut off, names told apart.

Knows words and their order only; where on a page such words stand is for `authors`.
"""

import re
from collections.abc import Iterable
from html import unescape

from scrapers.extraction.date_words import DAYS_BACK, MONTH, WEEKDAYS
from scrapers.extraction.decode import clean_line, fold
from scrapers.extraction.media_names import has_agency, is_agency_in_small

MAX_AUTHORS = 10  # a list of more is the masthead

_AUTHOR = (
    r"autor(?:en|in)?|auteurs?|authors?|автор(?:ы|у|лору|лары)?|муаллиф(?:лар|он|и)?|muallif(?:lar|i)?|awtor(?:y|lar)?"
)
_MADE_BY = (
    r"жазған|жазган|ýazan|text|текст|матн|matn|(?:материалды\s|маегин\s)?(?:даярдаган|дайындаған|әзірлеген)"
    r"|(?:материал\s)?подготовил[аи]?|беседовал[аи]?|tayyorladi|тайёрлади|taýýarlan|таҳияи"
)
_LABEL = rf"(?:{_AUTHOR})(?:/(?:{_AUTHOR}|in))?|{_MADE_BY}"
_PREFIX = re.compile(
    rf"(?i)^(?:{_LABEL})(?:\s(?:&|und|and|и|жана|ва)\s\w+)?\s*:\s*"
    r"|^(?:(?:written|posted|published|reported|story|words|view all posts|erstellt|(?:ein )?artikel)?\s*"
    rf"(?:by|von|par|por|{_LABEL})\b)\s*:?\s+|^[Bb]y(?=[A-Z][a-z])"
)
"""What stands before the name in a byline."""

_UPPER = "A-ZÀ-ÖØ-ÞА-ЯЁӘҒҚҢӨҰҮІӮҶҲЎÝÇŞŽŇ"
_NAME = rf"[{_UPPER}][\w.'’ʻ-]*(?:\s+[\w.'’ʻ-]+){{1,4}}"
_CAPITALISED = rf"[{_UPPER}][\w.'’ʻ-]*(?:\s+(?:(?:von|van|de|der|den|di|da|al|bin)\s+)?[{_UPPER}][\w.'’ʻ-]*){{1,3}}"
_PERSONS = rf"{_CAPITALISED}(?:\s*,\s*{_CAPITALISED})*"

BYLINE = re.compile(
    rf"(?i:(?:written\s+|posted\s+|(?:ein\s+)?artikel\s+)?(?:by|von|par|por|{_LABEL}))\b\s*:?\s+{_NAME}"
)
"""A line near the headline that says by whom; to be matched at its start."""

ONLY_BYLINE = re.compile(rf"(?i:by|von|par|por|(?:{_AUTHOR})(?:/(?:{_AUTHOR}|in))?)\s+{_PERSONS}$")
"""A line that says by whom and nothing else; to be matched at its start."""

LABELLED = re.compile(rf"(?i:{_LABEL})(?i:\s(?:&|und|and|и|жана|ва)\s\w+)?\s*:\s*{_NAME}")
"""A line that names its author after a label and a colon; to be matched at its start."""

LABEL_ALONE = re.compile(rf"(?i)(?:{_AUTHOR})(?:/(?:{_AUTHOR}|in))?:?$|(?:{_MADE_BY}):$")
"""A line that is nothing but a label, the name following in the next; to be matched at its start."""

ONLY_PERSONS = re.compile(rf"{_PERSONS}(?:\s*/\s*[\w-]+)?$")
"""A line that is nothing but names with a capital letter in each word; to be matched at its start."""

_DAY = rf"(?:{'|'.join((*DAYS_BACK, *WEEKDAYS))})"
_TAIL = re.compile(
    r"(?i)\s+(?:in|on|am|at|um|auf|vom|for|für|published|updated|posted|опубликовано|veröffentlicht|geschrieben"
    r"|illustration|photo\w*|foto\w*|фото)\b.*$|\s*[|(•].*$|\s+[-–—]\s.*$|[,\s]+\d.*$"
    rf"|[,\s]+{_DAY}(?:[,\s]+[\d(|•].*)?$"
)
"""What stands after the name in a byline: where and when."""

_ROLE = re.compile(
    r"^(?i:(?:[\w-]+-)?(?:expert(?:e|in)|redakteur(?:in)?|reporter(?:in)?|korrespondent(?:in)?|journalist(?:in)?"
    r"|correspondent)|(?:собственный\s|специальный\s|наш\s)?(?:корреспондент|журналист|обозреватель|реп[оа]рт[её]р)\w*"
    r"|журналист(?:и|ка)?|кабарчы(?:сы)?|тилчи(?:си)?|тілші(?:сі)?|мухбир(?:и|имиз)?|muxbir(?:i|imiz)?"
    rf"|хабарнигор(?:и)?|habarçy(?:sy)?)\s+(?=[{_UPPER}])"
)
"""What a person is, said before the name."""

_ADDRESS = re.compile(
    r"://|^\S*\w\.\w{2,}/\S*$|\b(?:facebook|instagram|twitter|linkedin|youtube|vk|ok|t)\.(?:com|me|ru)\b"
)
_HANDLE = re.compile(r"[\s(<]*(?<!\w)[\w.+-]*@[\w.-]+[)>]*")
"""An e-mail address or the name of an account beside a name."""

_SPLIT = re.compile(r"(?i)\s*(?:[;,&/|、，]|•|·)\s*|\s+(?:and|und|et|и|жана|және|va|ва|ҳамда|we|with|y|e|i)\s+")
_PLACE = re.compile(
    r"(?i)(?:^г\.|\b(?:city|county|шаар\w*|қаласы|shahri|шаҳри|шахри|şäheri|област\w*|облус\w*|облысы|viloyati|вилоят\w*"
    r"|welaýaty|район\w*|ауданы|ноҳия\w*|tumani)\b)"
)
_ABBREVIATION = re.compile(rf"[{_UPPER}]{{2,5}}$")
"""An agency beside a name, in capitals."""

_NOT_A_NAME = re.compile(
    r"(?i)https?:|www\.|@|[<>{}\[\]_=+*#\"“”«»?!:©]|^\W*$|^\W*\d"
    r"|^(?:by|von|par|por|posted|published|name|follow|written|автор|текст|unknown|(?:no )?author|autor|guest|web"
    r"|online|сайт)$"
    r"|^(?:die |the )?(?:redaktion|editors?|editorial|staff|newsroom|redaction|redacción|rédaction|redakcja|редакция"
    r"|редактор|редаксия|таҳририят|tahririyat|redaksiýa|корреспондент)$"
    r"|\badmin|^(?:view|see|read|mehr|more|all|alle|все)\s|comments?\b|комментар|veröffentlicht|опубликовано|gesponsert"
)
_NOT_A_PERSON = re.compile(
    r"(?i)\d|\.(?:com|kg|kz|uz|tj|tm|ru|org|net|info|media|de|is|jp|ch|at)\b"
    r"|\b(?:staff|editors?|editorial|redaktion|redaction|newsroom|news|desk|team|agency|agentur|press|media|magazine?"
    r"|post|times|tribune|herald|gazette"
    r"|online|web|contributor|correspondent|redacción|redakcja|rédaction"
    r"|редакция\w*|редактор\w*|агентство|агенттиги|агенттігі|агентлиги|новости|кабарлар|жаңылыктар|жаңалықтар|янгиликлар"
    r"|yangiliklar|tahririyat\w*|таҳририят\w*|редаксия\w*|хабарлары|интернет|сайт\w*|служба|корреспондент)\b"
)
_ONLY_DATE = re.compile(rf"(?i)(?:{MONTH}|{_DAY})$")
_MAX_NAME_CHARS, _MAX_NAME_WORDS = 60, 6  # "Mir Ali Hosseini al-Tabrizi Beg" has five words


def cut_tail(line: str) -> str:
    """Return a byline without the label before its names and what stands after them."""
    return _TAIL.sub("", _PREFIX.sub("", line))


def read_names(said: Iterable[str], outlets: frozenset[str]) -> list[str]:
    """Return the names in some texts of one witness, in order, each once; those of the outlet (folded) left out."""
    names: dict[str, str] = {}
    for text in said:
        if _ADDRESS.search(text):
            continue
        parts = _parts(text)
        if fold(parts[0]) not in outlets:  # what follows an outlet's name is its city
            names.update((fold(p), p) for p in _without_places(parts) if _is_name(p) and fold(p) not in outlets)
    return list(names.values()) if len(names) <= MAX_AUTHORS else []


def is_person(name: str) -> bool:
    """Whether a name may be a person's, as against a desk's, an agency's or a word that is no name."""
    return not (_NOT_A_PERSON.search(name) or has_agency(name) or name[0].islower())


def _parts(text: str) -> list[str]:
    line = _HANDLE.sub("", clean_line(unescape(text)))
    return [_ROLE.sub("", _PREFIX.sub("", part).strip(" .,-–—")) for part in _SPLIT.split(_PREFIX.sub("", line))]


def _without_places(parts: list[str]) -> list[str]:
    """Return the parts of one text without what tells of the first where or what it is: "Anna Lee, Osh", "…, editor".

    Where the first has a given name, the others do as well; a word alone beside it is a place, an agency or a degree.
    """
    first, *others = parts
    is_full = " " in first
    return [first, *(part for part in others if _is_agency(part) or _is_like(part, is_full=is_full))]


def _is_agency(part: str) -> bool:
    return is_agency_in_small(part) or _ABBREVIATION.match(part) is not None


def _is_like(part: str, *, is_full: bool) -> bool:
    return part[:1].isalpha() and not part[0].islower() and (" " in part or "." in part or not is_full)


def _is_name(name: str) -> bool:
    is_short = 1 < len(name) <= _MAX_NAME_CHARS and len(name.split()) <= _MAX_NAME_WORDS
    return is_short and not (_NOT_A_NAME.search(name) or _PLACE.search(name) or _ONLY_DATE.match(name))
