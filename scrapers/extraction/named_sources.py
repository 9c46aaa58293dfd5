"""The sources that a text names without a link: "the X Telegram channel reported", «сообщает X», "деп жазды X".

Precision before recall: a name counts where it carries a mark of an outlet: a noun for a medium beside it, quotes,
the form of a domain, a word such as News or Ньюс in it; without a mark only where it is known (`media_names`). Never a
person, a place or an office: a ministry that reports is a source of information, but no medium that can be cited.
Labels are kept as printed, in their case; of a known name its ending is cut.
"""

import re
from collections.abc import Iterator

from scrapers.extraction.decode import fold
from scrapers.extraction.media_names import is_known, is_known_handle, is_no_name
from scrapers.extraction.named_grammar import DOMAIN, HANDLE, is_whose, patterns_of, without_ending
from scrapers.records import Citation, CitationKind
from scrapers.registry import Source

MAX_NAMED = 20
"""A text that names more is a review of the press, and its later ones are left out."""

_MAX_WORDS = 5
_MAX_BEHIND_CHARS = 20  # behind a name and its verb: two words, as in "axborot agentligi"

_PERSON = re.compile(
    r"(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ский|ская|кий|ян|дзе|швили|енко|чук|баев|уулу|улы|кызы|қызы|оглы|зода|зод|иён|пур"
    r"|ович|евич|овна|евна|ова?|ую|ого|ему|ову|еву|овым|евым"
    r"|ov|ova|ev|eva|ow|owa|ew|ewa|yev|yeva|iyev|zoda|zade|enko|sky|ogly|gyzy|uly|qizi|o.g.li)$"
)
"""How surnames of the region end."""
_OFFICE = re.compile(
    r"(?i)(?:министр|минздрав|минюст|минобр|минфин|минтран|минобор|минэнерго|минэко|минтруд|минкульт|минсель|министерств"
    r"|гос(?:комитет|служб|агент|нало)|ички иш|ішкі іс|президент|премьер|өкмөт|үкімет|hukumat|ҳукумат|вазор|вазир|vazir"
    r"|пресс-(?:служб|кызмат|секретар|хизмат|қызмет)|депутат|полиция|милиция|прокур|парламент"
    r"|жогорку кеңеш|мажилис|мэрия|акимат|әкімдік|hökümet|ministr|police|government|president|parliament|prezident"
    r"|ҳокимият|hokimiyat|prokuratura|комитет|ведомств|кызматы$|управлени|департамент|university|ministry|committee|department"
    r"|посольств|элчилиг|елшілі|элчихона|elchixona|embassy|бюро$|федераци|ассоциаци|фонд|банк|bank|завод|компани"
    r"|университет|энерго|court|сот$|суд$)"
)
"""Offices, companies and bodies, anywhere in a name: they report, but are no medium."""
_PRONOUN = re.compile(
    r"(?i)(?:он|она|они|ал|ол|бул|бұл|у|ӯ|вай|ol|u|это|что|который|the|he|she|they|it|this|his|her|we|i|you|who|which)\b(?!\.\w)"
)
_ONLY_CAPITALS = re.compile(r"^[А-ЯЁӘҒҚҢӨҰҮІӮҶҲЎ]{2,6}$")
_PRESS_WORD = re.compile(
    r"(?:^|\s)(?:News|Times|Press|Radio|Agency|Post|Journal|Gazette|Daily|Herald|Tribune|TV|Telegraph|Ньюс|Пресс|ТВ|Таймс"
    r"|Радиосу|Радиосы|Radiosi|Radiosy)$|^(?:Radio|Радио|Радиои)\s"
)
"""Words in a name that make it an outlet's, at its end or at its start."""
_PRESS_STEM = re.compile(
    r"(?i)\b(?:news|times|post|press|herald|radio|tv|ньюс|пресс|новост|вест[иьн]|газет|радио|тв\b|кабары|кабарлар|кабарчы|жаңылык|гезит|хабар"
    r"|жаңалық|xabar|yangilik|gazet|янгилик|habar|täzelik|рӯзнома|ахбор)"
)
"""How words begin by which a name in quotes tells that it is a medium's."""
_WRITES = re.compile(r"(?i)\b(?:пиш|напис|жаз|yoz|ёз|навишт|менавис|ýaz|wr[io]te)")
"""Verbs of writing. A name in quotes that writes is a medium's; companies and offices inform, report, tell."""
_NOUN_BEHIND = re.compile(
    r"\s(?:агент|agent|неши|neşir|nashr|нашр|гезит|газет|gazet|сайт|sayt|saýt|портал|portal|радио|radio|телек|telek"
    r"|журнал|jurnal|žurnal|басыл|канал|kanal|арна)"
)
"""A noun for a medium behind a name, where the verb comes first: "diýip habar berdi «…» neşiri"."""
_SENTENCE_END = re.compile(r"[.!?…;\n]")
_SPEECH = re.compile(r"[.!?…,:;](?!\w)|\s[а-яёa-z]+(?:ды|ди|л|ла|ли|ет|ут|ит)\s")
"""What a quotation of somebody's words has, and a title does not: a stop, a verb."""
_LEADING = re.compile(
    r"^(?:(?:On|In|At|As|But|And|The|When|While|Earlier|Later|Meanwhile|However|According|Mon|Tues|Wednes|Thurs|Fri|Satur"
    r"|Sun)(?:day)?\s)+"
)
"""Words at the start of an English sentence that belong to no name."""


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
    found = [match for pattern in patterns_of(language) for match in pattern.finditer(text)]
    for match in sorted(found, key=lambda match: match.start(match.lastgroup or 0)):
        said = match[match.lastgroup or 0]
        label = _beside(said) if match.lastgroup == "name" else _alone(said, _around(match), language)
        if label:
            yield label


def _around(match: re.Match[str]) -> str:
    """Return the verb before or behind a name, and the words that follow both in the same sentence; not the name."""
    text, (start, end) = match.string, match.span(match.lastgroup or 0)
    behind = _SENTENCE_END.split(text[match.end() : match.end() + _MAX_BEHIND_CHARS], maxsplit=1)[0]
    return f"{text[match.start() : start]} {text[end : match.end()]}{behind}"


def _beside(said: str) -> str | None:
    """Return the name that stands beside a noun for a medium; None where the words say whose or which one it is."""
    label = _unquoted(said)
    if _is_marked(said):
        return label if _may_be_a_medium(label) else None
    if is_known(label):
        return label
    is_other = is_no_name(label) or is_whose(label) or _PERSON.search(label)
    return label if _may_be_a_medium(label) and not is_other else None


def _alone(said: str, around: str, language: str) -> str | None:
    """Return the name that nothing but a verb marks, if it carries a mark of its own or is known; None else.

    `around`: the verb, and what follows.
    """
    label = _unquoted(said)
    if said.startswith("@"):
        return label if is_known_handle(label[1:]) else None
    if re.fullmatch(DOMAIN, said):
        return label
    if _is_marked(said):
        is_medium = _WRITES.search(around) or _NOUN_BEHIND.search(around) or _PRESS_STEM.search(label)
        return label if is_known(label) or (is_medium and _is_a_title(label)) else None
    if _PRESS_WORD.search(label) and _may_be_a_medium(label) and not is_no_name(label):
        return label
    return _known_within(label, language)


def _unquoted(said: str) -> str:
    return _LEADING.sub("", said.strip("«»“”\"'’ ")).strip()


def _is_marked(said: str) -> bool:
    return said[0] in '«“"@' or re.fullmatch(DOMAIN, said) is not None


def _is_a_title(label: str) -> bool:
    """Whether words in quotes may be the name of a medium, and not what somebody said."""
    return label[0].isupper() and _may_be_a_medium(label) and not (_SPEECH.search(label) or is_no_name(label))


def _known_within(label: str, language: str) -> str | None:
    """Return the longest known name at the end or the start of some words with capitals; None where there is none."""
    words = label.split()
    spans = [words[i:] for i in range(len(words))] + [words[:-i] for i in range(1, len(words))]
    for span in sorted(spans, key=len, reverse=True):
        name = " ".join(span).strip("'’")  # "the Heralds' reporter"
        for form in (name, without_ending(name, language)):
            if is_known(form):
                return form
    return None


def _may_be_a_medium(label: str) -> bool:
    words = label.split()
    if not words or len(words) > _MAX_WORDS or not (label[0].isalnum() or re.fullmatch(HANDLE, label)):
        return False
    return not (_OFFICE.search(label) or _PRONOUN.match(label) or _ONLY_CAPITALS.match(label))


def _citation(label: str) -> Citation:
    domain = None
    if re.fullmatch(DOMAIN, label):
        domain = label.lower()
    elif label.startswith("@"):
        domain = f"t.me/{label[1:].lower()}"
    return Citation(kind=CitationKind.NAMED, label=label, url=None, domain=domain)
