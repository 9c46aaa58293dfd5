"""Month names, relative words and zone names of the region's languages and its neighbours, as printed beside headlines.

Own tables rather than a date parser: dateparser knows neither Tajik nor Turkmen, reads "7 mart 2024" as a time zone,
and costs each process 1.3 s of CPU (measured 2026-11-22).
"""

import re

_MONTH_STEMS: tuple[str, ...] = (
    # ru, ky, uk | kk | uz, tg Cyrillic | uz, tk Latin | en | de, fr, es, pl, tr
    "январ січн сiчн қаңтар үчтүн~айы yanvar ýanwar january januar jänner janvier enero stycz ocak jan янв yan",
    "феврал лют ақпан бирдин~айы fevral fewral february februar février fevrier febrero lut şubat feb фев fev",
    "март берез наурыз жалган~куран mart march märz mars marzo marca marzec mär mar мар",
    "апрел квіт сәуір чын~куран aprel april avril abril kwiet nisan apr апр",
    "май мая мае травн мамыр бугу may maý mai mayo maj mayıs",
    "июн черв маусым кулжа iyun iýun june juni juin junio czerw haziran jun",
    "июл лип шілде теке iyul iýul july juli juillet julio lip temmuz jul",
    "август серп тамыз баш~оона avgust awgust august août aout agosto sierp ağustos aug авг avg",
    "сентябр вересн қыркүйек аяк~оона sentabr sentyabr sentýabr september septembre septiembre wrze eylül sept sep"
    " сент сен sen",
    "октябр жовтн қазан тогуздун~айы oktabr oktyabr oktýabr october oktober octobre octubre paźdz ekim oct okt окт",
    "ноябр листопад қараша жетинин~айы noyabr noýabr november novembre noviembre listop kasım nov ноя noy",
    "декабр груд желтоқсан бештин~айы dekabr december dezember décembre decembre diciembre grud aralık dec dez дек dek",
)
_ENDINGS = (
    r"(?:ь|я|а|е|и|і|ы|у|ю|ня|ий|ень|да|де|та|те|ында|инде|нда|ынын|инин|дагы|ындагы|ган|ға|ida|da|de|dagi|nda|ynda|inde"
    r"|iň|yň|i|y|a|e|ia|cia|nia|ca|ec|eń|ień|rnika|ada|)"
)
"""Case endings that month names take in print. Closed, so that "мартышка" or "майдан" is no month."""

_NUMBER_BY_STEM = {
    stem.replace("~", " "): number for number, stems in enumerate(_MONTH_STEMS, start=1) for stem in stems.split()
}
_STEM = "|".join(sorted(map(re.escape, _NUMBER_BY_STEM), key=len, reverse=True)).replace(r"\ ", r"\s+")

MONTH = rf"(?:(?:{_STEM}){_ENDINGS}\b\.?)"
"""Pattern of a month name in any of the languages; matched case-insensitively."""

_STEM_AT_START = re.compile(rf"(?i){_STEM}")


def month_number(word: str) -> int:
    """Return the month, 1 to 12, of a text that MONTH has matched.

    >>> month_number("қаңтар"), month_number("Oktyabr"), month_number("августа")
    (1, 10, 8)
    """
    match = _STEM_AT_START.match(word)
    if match is None:
        raise ValueError(f"not a month: {word!r}")
    return _NUMBER_BY_STEM[" ".join(match[0].casefold().split())]


DAYS_BACK = {
    "сегодня": 0, "вчера": 1, "позавчера": 2,
    "бүгүн": 0, "кечээ": 1, "мурдагы күнү": 2,
    "бүгін": 0, "кеше": 1, "алдыңғы күні": 2,
    "bugun": 0, "kecha": 1,
    "бугун": 0, "кеча": 1,
    "имрӯз": 0, "имруз": 0, "дирӯз": 1, "дируз": 1, "парерӯз": 2,
    "şu gün": 0, "düýn": 1,
    "today": 0, "yesterday": 1,
}  # fmt: skip
"""Words for a day, and how many days it lies before the day of the capture."""

WEEKDAYS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье",
    "дүйшөмбү", "шейшемби", "шаршемби", "бейшемби", "жума", "ишемби", "жекшемби",
    "дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "сенбі", "жексенбі",
    "dushanba", "seshanba", "chorshanba", "payshanba", "juma", "shanba", "yakshanba",
    "душанба", "сешанба", "чоршанба", "пайшанба", "шанба", "якшанба",
    "сешанбе", "чоршанбе", "панҷшанбе", "ҷумъа", "шанбе", "якшанбе",
    "duşenbe", "sişenbe", "çarşenbe", "penşenbe", "şenbe", "ýekşenbe",
)  # fmt: skip
"""Days of the week as printed beside dates. Without Tajik "душанбе" and Turkmen "anna": they
are a city and a name first."""

_UNITS: tuple[tuple[int, str], ...] = (
    # seconds in the unit; the words for it
    (60, r"минут\w?|мин\.?|мүнөт|дақиқа|daqiqa|minut|minutes?|mins?"),
    (3600, r"час(?:а|ов)?|саат|сағат|соат|soat|sagat|hours?|hrs?"),
    (86_400, r"день|дня|дней|күн|кун|kun|рӯз|руз|gün|days?"),
    (604_800, r"недел\w|жума|апта|ҳафта|hafta|hepde|weeks?"),
)
_AGO = r"(?:тому\s+)?назад|мурун|мурда|бұрын|oldin|avval|олдин|аввал|пеш|қабл|öň|ozal|ago"

AGO = re.compile(
    r"(?i)(?<![\w.])(?:(?P<n>\d{1,3})\s*|(?P<one>an?|бир|бір|bir|як)\s+|)(?:(?P<unit>"
    + "|".join(words for _, words in _UNITS)
    + rf"))\s+(?:{_AGO})\b"
)
"""Pattern of "2 саат мурун", "час назад", "an hour ago"."""


def seconds_of_unit(word: str) -> int:
    """Return the seconds in a unit that AGO has matched."""
    return next(seconds for seconds, words in _UNITS if re.fullmatch(words, word.casefold()))


ZONE_NAMES = {
    "мск": "Europe/Moscow", "msk": "Europe/Moscow", "москва": "Europe/Moscow", "moscow": "Europe/Moscow",
    "бишкек": "Asia/Bishkek", "bishkek": "Asia/Bishkek",
    "астана": "Asia/Almaty", "astana": "Asia/Almaty", "алматы": "Asia/Almaty", "almaty": "Asia/Almaty",
    "ташкент": "Asia/Tashkent", "тошкент": "Asia/Tashkent", "toshkent": "Asia/Tashkent", "tashkent": "Asia/Tashkent",
    "душанбе": "Asia/Dushanbe", "dushanbe": "Asia/Dushanbe",
    "ашхабад": "Asia/Ashgabat", "aşgabat": "Asia/Ashgabat", "ashgabat": "Asia/Ashgabat",
    "gmt": "UTC", "utc": "UTC", "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin", "bst": "Europe/London",
}  # fmt: skip
"""Zones as printed after a time, in lower case. An outlet's country does not tell its clock: "msk" in Tashkent."""
