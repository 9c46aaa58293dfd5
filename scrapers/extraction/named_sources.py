"""The sources that a text names without a link: "the X Telegram channel reported", «сообщает X», "деп жазды X".

Patterns are grammar, one set a language, and know no outlet by name. Precision comes before recall: a bare name counts
only where a verb of reporting governs it and it looks like no person and no ministry; with a noun for a medium beside
it ("агентство", "gazetasi", "telegram-каналы"), any proper name does. Labels are kept as printed, in their case.
"""

import re
from collections.abc import Iterator
from functools import cache

from scrapers.extraction.decode import fold
from scrapers.records import Citation, CitationKind
from scrapers.registry import Source

MAX_NAMED = 20
"""A text that names more is a review of the press, and its later ones are left out."""

_DOMAIN = r"[A-Za-z0-9][A-Za-z0-9-]{1,29}(?:\.[A-Za-z0-9-]{2,30})?\.[a-z]{2,8}\b(?!\.?\w)"
_QUOTED = r"«(?=[^\W_])[^«»\n]{2,50}»|“(?=[^\W_])[^“”\n]{2,50}”|\"(?=[^\W_])[^\"\n]{2,50}\""
_UPPER = r"A-ZÀ-ÖØ-ÞА-ЯЁӘҒҚҢӨҰҮІӮҶҲЎҺŞŽŇ"
_WORD = rf"[{_UPPER}][\w'’ʻʼ-]*"
_PROPER = rf"{_WORD}(?:\s{_WORD}){{0,3}}"
_LATIN = r"(?:The\s)?[A-ZŞŽ][A-Za-z'’-]+(?:\s[A-Z][A-Za-z'’-]+){0,3}(?!\.?\w)"
_END = r"(?=\s*(?:[.,;:!?)»”\n]|$))"

_BESIDE = rf"(?P<name>{_QUOTED}|{_DOMAIN}|{_PROPER})"
"""A name that stands beside a noun for a medium."""
_BARE = rf"(?P<name>{_QUOTED}|{_DOMAIN}|{_LATIN}|{_WORD}{_END})"
"""A name that only the verb marks as a source: quoted, a domain, in Latin letters, or one word that ends the clause."""
_BARE_LATIN = rf"(?P<name>{_QUOTED}|{_DOMAIN}|{_WORD}{_END})"
"""The same in languages that are themselves written in Latin letters."""

_TELEGRAM = r"(?:[Tt]elegram|[Тт]еле(?:г|гр)рам+|[Тт]елеграм|TG|ТГ)"
_PRESS_WORD = (
    r"(?:News|Times|Press|Radio|Agency|Media|Post|Journal|Gazette|Daily|Herald|Tribune|Today|TV|Telegraph|Guardian)"
)

_EN_VERB = r"(?:reported|reports|said|says|wrote|writes|has reported|announced)"
_EN_NOUN = (
    r"(?:news\s(?:agency|outlet|site|website|portal|service)|newspaper|outlet|website|TV\schannel|magazine|radio)"
)
_RU_VERB = r"(?:сообща[её]т|сообщил[аои]?|пишет|написал[аои]?|переда[её]т|передал[аои]?|информирует|уточняет)"
_RU_NOUN = (
    r"(?:(?:информ|информационн\w+\s)?агентств[оаоме]+|издани[еяюем]+|газет[аыуеой]+|(?:новостн\w+\s)?портал[а-я]{0,2}"
    r"|сайт[а-я]{0,2}|телеканал[а-я]{0,2}|радио|журнал[а-я]{0,2}|СМИ|" + _TELEGRAM + r"[-\s]?канал[а-я]{0,2})"
)
_KY_VERB = r"(?:жаз(?:ды|ат|ган|ууда)|билдир(?:ди|ет|ген|үүдө)|кабарла(?:ды|йт|ган|ууда)|маалымда(?:ды|йт|ган))"
_KY_NOUN = r"(?:агенттиги|гезити|сайты|порталы|радиосу|телеканалы|басылмасы|журналы|" + _TELEGRAM + r"[-\s]?каналы)"
_KK_VERB = r"(?:жаз(?:ды|ады|ған)|хабарла(?:ды|йды|ған)|мәлімде(?:ді|йді)|хабар\s(?:берді|береді))"
_KK_NOUN = (
    r"(?:агенттігі|газеті|сайты|порталы|радиосы|телеарнасы|басылымы|журналы|" + _TELEGRAM + r"[-\s]?(?:арнасы|каналы))"
)
_UZ_VERB = r"(?:xabar\s(?:berdi|bermoqda|beradi|qildi)|yoz(?:di|moqda|adi)|ma.lum\sqildi)"
_UZ_NOUN = r"(?:agentligi|nashri|gazetasi|sayti|portali|radiosi|telekanali|jurnali|" + _TELEGRAM + r"[-\s]?kanali)"
_UC_VERB = r"(?:хабар\s(?:берди|бермоқда|беради|қилди)|ёз(?:ди|моқда|ади)|маълум\sқилди)"
_UC_NOUN = r"(?:агентлиги|нашри|газетаси|сайти|портали|радиоси|телеканали|журнали|" + _TELEGRAM + r"[-\s]?канали)"
_TG_VERB = r"(?:хабар\s(?:дод|медиҳад|додааст)|гузориш\s(?:дод|медиҳад|додааст)|навишт(?:ааст)?|менависад)"
_TG_NOUN = (
    r"(?:[Аа]гентии|[Оо]жонсии|[Рр]ӯзномаи|[Нн]ашрияи|[Сс]омонаи|[Сс]айти|[Рр]адиои|[Шш]абакаи|[Тт]елевизиони"
    r"|[Мм]аҷаллаи|[Кк]анали\sтелеграмии|" + _TELEGRAM + r"[-\s]?канали)"
)
_TK_VERB = r"(?:habar\s(?:berdi|berýär|berdiler)|ýaz(?:dy|ýar|ýarlar))"
_TK_NOUN = r"(?:gullugy|agentligi|gazeti|saýty|neşiri|radiosy|telekanaly|žurnaly|" + _TELEGRAM + r"[-\s]?kanaly)"

_PATTERNS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"{_BESIDE}\s{_TELEGRAM}\schannel,?\s{_EN_VERB}",
        rf"{_TELEGRAM}\schannel\s{_BESIDE}\s{_EN_VERB}",
        rf"{_BESIDE}\s{_EN_NOUN}\s{_EN_VERB}",
        rf"(?:[Aa]ccording\sto|[Cc]iting|reported\sby|quoted\sby)\s(?:the\s)?{_EN_NOUN}\s{_BESIDE}",
        rf"(?:[Aa]ccording\sto|[Cc]iting|reported\sby|quoted\sby)\s(?:the\s)?{_BESIDE}\s{_EN_NOUN}",
        rf"(?:[Aa]ccording\sto|[Cc]iting|reported\sby|quoted\sby)\s(?:the\s)?(?P<name>{_DOMAIN}|(?:{_WORD}\s){{0,3}}{_PRESS_WORD}\b)",
        rf"(?P<name>{_DOMAIN}|(?:{_WORD}\s){{1,3}}{_PRESS_WORD}\b|{_PRESS_WORD}\s{_PROPER})\s{_EN_VERB}\b",
    ),
    "ru": (
        rf"{_RU_VERB}\s{_RU_NOUN}\s{_BESIDE}",
        rf"{_RU_NOUN}\s{_BESIDE}\s{_RU_VERB}",
        rf"со\sссылкой\sна\s(?:{_RU_NOUN}\s)?{_BARE}",
        rf"со\sссылкой\sна\s{_RU_NOUN}\s{_BESIDE}",
        rf"[Пп]о\s(?:данным|информации|сообщению)\s(?:{_RU_NOUN}\s{_BESIDE})",
        rf"[Пп]о\s(?:данным|информации|сообщению)\s(?P<name>{_DOMAIN})",
        rf"(?:сообща[её]т|пишет|переда[её]т|информирует)\s{_BARE}",
    ),
    "ky": (
        rf"деп\s{_KY_VERB}\s(?:{_KY_NOUN}\s)?{_BARE}",
        rf"{_BESIDE}\s{_KY_NOUN}\s{_KY_VERB}",
        rf"{_BESIDE}\s(?:{_KY_NOUN}\s)?(?:жазгандай|кабарлагандай|билдиргендей|маалымдагандай)",
        rf"(?P<name>{_QUOTED}|{_DOMAIN})(?:дин|нин|тин)?\s(?:маалыматына|кабарына)\s(?:караганда|ылайык|таянып)",
        rf"{_BESIDE}\s{_KY_NOUN}н[ае]\s(?:шилтеме\sкылып|таянып)",
    ),
    "kk": (
        rf"деп\s{_KK_VERB}\s(?:{_KK_NOUN}\s)?{_BARE}",
        rf"{_BESIDE}\s{_KK_NOUN}\s{_KK_VERB}",
        rf"{_BESIDE}\s(?:{_KK_NOUN}н[ың]+\s)?(?:жазуынша|хабарлауынша|мәліметінше)",
        rf"{_BESIDE}\s{_KK_NOUN}н[ае]\sсілтеме\sжаса",
        rf"(?P<name>{_QUOTED}|{_DOMAIN})(?:-?[кғқг][ае])?\sсілтеме\sжаса",
    ),
    "uz-Latn": (
        rf"de(?:b|ya)\s{_UZ_VERB}\s(?:{_UZ_NOUN}\s)?{_BARE_LATIN}",
        rf"{_BESIDE}\s{_UZ_NOUN}\s{_UZ_VERB}",
        rf"{_BESIDE}(?:\s{_UZ_NOUN})?(?:ning)?\s(?:yozishicha|xabar\sberishicha)",
        rf"(?P<name>{_QUOTED}|{_DOMAIN}|{_PROPER}(?=\s{_UZ_NOUN}))(?:\s{_UZ_NOUN})?(?:ning)?\s(?:xabariga|ma.lumotiga)\sko.ra",
        rf"(?P<name>{_QUOTED}|{_DOMAIN})\s{_UZ_VERB}",
        rf"{_BESIDE}\s{_UZ_NOUN}ga\s(?:havola|tayan)",
    ),
    "uz-Cyrl": (
        rf"де(?:б|я)\s{_UC_VERB}\s(?:{_UC_NOUN}\s)?{_BARE}",
        rf"{_BESIDE}\s{_UC_NOUN}\s{_UC_VERB}",
        rf"{_BESIDE}(?:\s{_UC_NOUN})?(?:нинг)?\s(?:ёзишича|хабар\sберишича)",
        rf"(?P<name>{_QUOTED}|{_DOMAIN}|{_PROPER}(?=\s{_UC_NOUN}))(?:\s{_UC_NOUN})?(?:нинг)?\s(?:хабарига|маълумотига)\sкўра",
        rf"(?P<name>{_QUOTED}|{_DOMAIN})\s{_UC_VERB}",
        rf"{_BESIDE}\s{_UC_NOUN}га\s(?:ҳавола|таян)",
    ),
    "tg": (
        rf"{_TG_NOUN}\s{_BESIDE}\s(?:{_TG_VERB})",
        rf"{_TG_VERB}\s{_TG_NOUN}\s{_BESIDE}",
        rf"(?:хабар\sмедиҳад|гузориш\sмедиҳад|менависад),?\s{_BARE}",
        rf"[Бб]а\s(?:иттилои|навиштаи|гузориши|хабари|нақли)\s{_TG_NOUN}\s{_BESIDE}",
        rf"[Бб]а\s(?:навиштаи|гузориши|хабари)\s(?P<name>{_QUOTED}|{_DOMAIN}|{_LATIN})",
        rf"[Бб]о\s(?:истинод|такя)\s(?:ба|бар)\s{_TG_NOUN}\s{_BESIDE}",
    ),
    "tk": (
        rf"diý(?:ip|en)\s{_TK_VERB}\s(?:{_TK_NOUN}\s)?{_BARE_LATIN}",
        rf"{_BESIDE}\s{_TK_NOUN}\s{_TK_VERB}",
        rf"{_BESIDE}\s{_TK_NOUN}n[yi]ň\s(?:habaryna|maglumatyna|ýazmagyna)\sgörä",
        rf"(?P<name>{_QUOTED}|{_DOMAIN})(?:-?[yi]ň)?\s(?:habaryna|maglumatyna)\sgörä",
        rf"(?P<name>{_QUOTED}|{_DOMAIN})\s{_TK_VERB}",
    ),
}

_PERSON = re.compile(
    r"(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ский|ская|кий|ян|дзе|швили|енко|чук|баев|уулу|улы|кызы|қызы|оглы|зода|зод|иён|пур"
    r"|ov|ova|ev|eva|ow|owa|ew|ewa|yev|yeva|iyev|zoda|zade|enko|sky|ogly|gyzy|uly|qizi|o.g.li)$"
)
"""How surnames of the region end."""
_OFFICE = re.compile(
    r"(?i)(?:мин(?:истр|здрав|юст|обр|фин|тран|обор|энерго|эко|труд|культ|сель)|гос|ички иш|ішкі іс|президент|премьер"
    r"|өкмөт|үкімет|hukumat|ҳукумат|вазор|вазир|vazir|пресс|депутат|полиция|прокур|парламент|мэрия|hökümet|ministr|police"
    r"|government|president|parliament)"
    r"|(?:court|суд|он|она|они|ал|ол|бул|бұл|у|ӯ|вай|ol|u|это|что|который|the|he|she|they|it|this|his|her|we|i)\b(?!\.\w)"
)
"""Offices and pronouns: they report, but are no medium."""
_ONLY_CAPITALS = re.compile(r"^[А-ЯЁӘҒҚҢӨҰҮІӮҶҲЎ]{2,6}$")


@cache
def _compiled(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?<!\w){pattern}") for pattern in _PATTERNS.get(language, ()))


def read_named(text: str, language: str, source: Source, linked: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Return the sources that a text names, in its order; not the outlet itself and not what it links to."""
    known = {fold(source.name), *(_bare(host) for host in source.hosts)}
    known |= {fold(said) for citation in linked for said in (citation.label, citation.domain) if said}
    named: dict[str, Citation] = {}
    for label in _labels(text, language):
        if fold(label) not in known:
            named.setdefault(fold(label), _citation(label))
    return tuple(named.values())[:MAX_NAMED]


def _bare(host: str) -> str:
    return fold(host.removeprefix("www."))


def _labels(text: str, language: str) -> Iterator[str]:
    found = [match for pattern in _compiled(language) for match in pattern.finditer(text)]
    for match in sorted(found, key=lambda match: match.start("name")):
        label = match["name"].strip('«»“”" ').removeprefix("The ").removeprefix("the ").strip()
        if _is_medium(label):
            yield label


def _is_medium(label: str) -> bool:
    words = label.split()
    if not words or len(words) > 5 or not label[0].isalnum():
        return False
    return not (_PERSON.search(label) or _OFFICE.match(label) or _ONLY_CAPITALS.match(label))


def _citation(label: str) -> Citation:
    is_domain = re.fullmatch(_DOMAIN, label) is not None
    return Citation(kind=CitationKind.NAMED, label=label, url=None, domain=label.lower() if is_domain else None)
