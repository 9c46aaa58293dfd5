"""How each language says that a medium reported: patterns over a text, and endings that names take. No names here.

A pattern captures `name` where a noun for a medium stands beside it ("агентство", "gazetasi", "telegram-каналы"), and
`bare` where nothing but a verb of reporting does; who of these is a medium is for `named_sources`.
"""

import re
from functools import cache

DOMAIN = r"[A-Za-z0-9][A-Za-z0-9-]{1,29}(?:\.[A-Za-z0-9-]{2,30})?\.[a-z]{2,8}\b(?!\.?\w)"
HANDLE = r"(?<!\w)@[A-Za-z]\w{4,31}"
_QUOTED = r"«(?=[^\W_])[^«»\n]{2,50}»|“(?=[^\W_])[^“”\n]{2,50}”|\"(?=[^\W_])[^\"\n]{2,50}\""
_UPPER = r"A-ZÀ-ÖØ-ÞА-ЯЁӘҒҚҢӨҰҮІӮҶҲЎҺŞŽŇ"
_WORD = rf"[{_UPPER}][\w'’ʻʼ-]*"
_PROPER = rf"{_WORD}(?:\s(?:of\s)?{_WORD}){{0,3}}"

_MARKED = rf"{_QUOTED}|{DOMAIN}|{HANDLE}"
_BESIDE = rf"(?P<name>{_MARKED}|{_PROPER})"
_BARE = rf"(?P<bare>{_MARKED}|[A-Z]{{2,5}}/[A-Z]{{2,5}}\b|{_WORD}\.[a-z]{{2,3}}\b|{_PROPER})"

_TELEGRAM = r"(?:[Tt]elegram|[Тт]еле(?:г|гр)рам+|[Тт]елеграм|TG|ТГ)"

_EN_VERB = r"(?:(?:has\s|had\s)?(?:also\s)?(?:reported|reports|said|says|wrote|writes|announced))"
_EN_NOUN = (
    r"(?:news\s(?:agency|outlet|site|website|portal|service)|newspaper|outlet|website|TV\schannel|magazine|radio)"
)
_RU_VERB = r"(?:сообща[её]т|сообщил[аои]?|пишет|написал[аои]?|переда[её]т|передал[аои]?|информирует|уточняет)"
_RU_NOUN = (
    r"(?i:(?:информ|информационн\w+\s)?агентств[оаоме]+|издани[еяюем]+|газет[аыуеой]+|(?:новостн\w+\s)?портал[а-я]{0,2}"
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

_EN_BY = r"(?:[Aa]ccording\sto|[Cc]iting|reported\sby|quoted\sby)"
_KY_AS = r"(?:жазгандай|кабарлагандай|билдиргендей|маалымдагандай)"
_KK_AS = r"(?:жазуынша|хабарлауынша|мәліметінше)"
_UZ_AS = r"(?:yozishicha|xabar\sberishicha|(?:xabariga|ma.lumotiga)\sko.ra)"
_UC_AS = r"(?:ёзишича|хабар\sберишича|(?:хабарига|маълумотига)\sкўра)"
_TG_ACCORDING = r"(?:иттилои|навиштаи|гузориши|хабари|нақли)"
_TK_AS = r"(?:(?:habaryna|maglumatyna|ýazmagyna|ýazyşyna)\sgörä)"

_PATTERNS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"{_BESIDE}\s{_TELEGRAM}\schannel,?\s{_EN_VERB}",
        rf"{_TELEGRAM}\schannel\s{_BESIDE}\s{_EN_VERB}",
        rf"{_BESIDE}\s{_EN_NOUN}\s{_EN_VERB}",
        rf"{_EN_NOUN}\s{_BESIDE}\s{_EN_VERB}",
        rf"{_EN_BY}\s(?:the\s)?{_EN_NOUN}\s{_BESIDE}",
        rf"{_EN_BY}\s(?:the\s)?{_BESIDE}\s{_EN_NOUN}",
        rf"{_EN_BY}\s(?:the\s)?{_BARE}",
        rf"{_BARE}\s{_EN_VERB}\b",
        rf",\s(?:reported|reports|writes|wrote)\s{_BARE}",
    ),
    "ru": (
        rf"{_RU_VERB}\s{_RU_NOUN}\s{_BESIDE}",
        rf"{_RU_NOUN}\s{_BESIDE}\s{_RU_VERB}",
        rf"со\sссылкой\sна\s{_RU_NOUN}\s{_BESIDE}",
        rf"со\sссылкой\sна\s{_BARE}",
        rf"[Пп]о\s(?:данным|информации|сообщению)\s{_RU_NOUN}\s{_BESIDE}",
        rf"[Пп]о\s(?:данным|информации|сообщению)\s{_BARE}",
        rf"(?:сообща[её]т|пишет|переда[её]т|информирует)\s{_BARE}",
        rf"(?:[Кк]ак|[Оо]б\sэтом|[Пп]ишет)\s(?:{_RU_VERB}\s)?{_BARE}",
        rf"{_BARE}\s(?:сообща[её]т|пишет|передал[аои]?|сообщил[аои]?)(?=[,:.\s])",
    ),
    "ky": (
        rf"деп\s{_KY_VERB}\s{_KY_NOUN}\s{_BESIDE}",
        rf"{_BESIDE}\s{_KY_NOUN}\s{_KY_VERB}",
        rf"{_BESIDE}\s{_KY_NOUN}\s{_KY_AS}",
        rf"{_BESIDE}\s{_KY_NOUN}н[ае]\s(?:шилтеме\sкылып|таянып)",
        rf"деп\s{_KY_VERB}\s{_BARE}",
        rf"{_BARE}\s(?:{_KY_AS}|{_KY_VERB})",
        rf"{_BARE}(?:-?[дтн]ин|-?[дтн]ын)?\s(?:маалыматына|кабарына)\s(?:караганда|ылайык|таянып)",
        rf"{_BARE}(?:-?[кг][ае])?\s(?:шилтеме\sкылып|таянып)",
    ),
    "kk": (
        rf"деп\s{_KK_VERB}\s{_KK_NOUN}\s{_BESIDE}",
        rf"{_BESIDE}\s{_KK_NOUN}\s{_KK_VERB}",
        rf"{_BESIDE}\s{_KK_NOUN}(?:н[ың]+|нің)?\s{_KK_AS}",
        rf"{_BESIDE}\s{_KK_NOUN}н[ае]\sсілтеме\sжаса",
        rf"деп\s{_KK_VERB}\s{_BARE}",
        rf"{_BARE}\s(?:{_KK_AS}|{_KK_VERB})",
        rf"{_BARE}(?:-?[кғқг][ае])?\sсілтеме\sжаса",
    ),
    "uz-Latn": (
        rf"de(?:b|ya)\s{_UZ_VERB}\s{_UZ_NOUN}\s{_BESIDE}",
        rf"{_BESIDE}\s{_UZ_NOUN}\s{_UZ_VERB}",
        rf"{_BESIDE}\s{_UZ_NOUN}(?:ning)?\s{_UZ_AS}",
        rf"{_BESIDE}\s{_UZ_NOUN}ga\s(?:havola|tayan)",
        rf"de(?:b|ya)\s{_UZ_VERB}\s{_BARE}",
        rf"{_BARE}(?:ning)?\s(?:{_UZ_AS}|{_UZ_VERB})",
        rf"{_BARE}(?:ga)?\s(?:havola|tayan)",
    ),
    "uz-Cyrl": (
        rf"де(?:б|я)\s{_UC_VERB}\s{_UC_NOUN}\s{_BESIDE}",
        rf"{_BESIDE}\s{_UC_NOUN}\s{_UC_VERB}",
        rf"{_BESIDE}\s{_UC_NOUN}(?:нинг)?\s{_UC_AS}",
        rf"{_BESIDE}\s{_UC_NOUN}га\s(?:ҳавола|таян)",
        rf"де(?:б|я)\s{_UC_VERB}\s{_BARE}",
        rf"{_BARE}(?:нинг)?\s(?:{_UC_AS}|{_UC_VERB})",
        rf"{_BARE}(?:га)?\s(?:ҳавола|таян)",
    ),
    "tg": (
        rf"{_TG_NOUN}\s{_BESIDE}\s{_TG_VERB}",
        rf"{_TG_VERB}\s{_TG_NOUN}\s{_BESIDE}",
        rf"[Бб]а\s{_TG_ACCORDING}\s{_TG_NOUN}\s{_BESIDE}",
        rf"[Бб]о\s(?:истинод|такя)\s(?:ба|бар)\s{_TG_NOUN}\s{_BESIDE}",
        rf"{_TG_VERB},?\s{_BARE}",
        rf"{_BARE}\s{_TG_VERB}",
        rf"[Бб]а\s{_TG_ACCORDING}\s{_BARE}",
        rf"[Бб]о\s(?:истинод|такя)\s(?:ба|бар)\s{_BARE}",
    ),
    "tk": (
        rf"diý(?:ip|en)\s{_TK_VERB}\s{_TK_NOUN}\s{_BESIDE}",
        rf"{_BESIDE}\s{_TK_NOUN}\s{_TK_VERB}",
        rf"{_BESIDE}\s{_TK_NOUN}n[yi]ň\s{_TK_AS}",
        rf"diý(?:ip|en)\s{_TK_VERB}\s{_BARE}",
        rf"{_BARE}(?:-?n?[yi]ň)?\s(?:{_TK_AS}|{_TK_VERB})",
    ),
}

_ENDINGS = {
    "en": r"['’]s",
    "ru": r"-?(?:а|у|ом|е|и|ы|ой)",
    "ky": r"['’-]?(?:[дтн][ыиуү]н|[гк][аеоө])",
    "kk": r"['’-]?(?:[дтн][ыі]ң|[ғгқк][ае])",
    "uz-Latn": r"['’-]?(?:ning|ga|ka|qa)",
    "uz-Cyrl": r"['’-]?(?:нинг|га|ка|қа)",
    "tg": r"-?и",
    "tk": r"['’-]?(?:n?[yi]ň|[ae])",
}
"""Case endings with which a name is met before or behind a verb of reporting."""

_WHOSE = re.compile(r"(?:[дтн][ыиуү]н|[дтн][ыі]ң|ning|нинг|[yiuü]ň)$")
"""Ending of the possessor: "Азаматтын Telegram-каналы" tells whose channel it is, and not its name."""


@cache
def patterns_of(language: str) -> tuple[re.Pattern[str], ...]:
    """Return a language's patterns; none where we know no grammar. They match within a line: its spaces are single."""
    within_line = (pattern.replace(r"\s", " ") for pattern in _PATTERNS.get(language, ()))
    return tuple(re.compile(rf"(?<!\w){pattern}") for pattern in within_line)


def is_whose(label: str) -> bool:
    """Whether a label is the possessor of what stands beside it."""
    return _WHOSE.search(label) is not None


@cache
def _ending(language: str) -> re.Pattern[str]:
    return re.compile(rf"{_ENDINGS[language]}$")


def without_ending(label: str, language: str) -> str:
    """Return a name without its case ending, if it has one.

    >>> without_ending("Гезиттин", "ky")
    'Гезит'
    """
    return _ending(language).sub("", label, count=1)
