"""How one written date is read, in each language of the region."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scrapers.extraction.date_text import read_date
from scrapers.records import Precision
from tests.scrapers.extraction.factories import FETCHED_AT

BISHKEK = ZoneInfo("Asia/Bishkek")

# At FETCHED_AT it is Friday 2026-11-20, 18:00 in Bishkek.
WRITTEN = [
    # ru
    ("10:14, 20 января 2021, Бишкек - ", "2021-01-20 10:14"),
    ("13:51, 15 Август 2025", "2025-08-15 13:51"),
    ("пятница, 06.01.2012, 06:35", "2012-01-06 06:35"),
    ("1 Декабря 2020 14:02", "2020-12-01 14:02"),
    ("5 января'12 14:00", "2012-01-05 14:00"),
    ("Сегодня, 14:05", "2026-11-20 14:05"),
    ("вчера в 23:50", "2026-11-19 23:50"),
    ("час назад", "2026-11-20 17:00"),
    ("4 января, 22:32", "2026-01-04 22:32"),
    # ky
    ("20-январь, 2021 09:00", "2021-01-20 09:00"),
    ("2021-жылдын 20-январы, 09:00", "2021-01-20 09:00"),
    ("Бүгүн, 09:15", "2026-11-20 09:15"),
    ("кечээ 18:20", "2026-11-19 18:20"),
    ("2 саат мурун", "2026-11-20 16:00"),
    # kk
    ("20 Қаңтар, 2021 14:05", "2021-01-20 14:05"),
    ("2021 жылғы 20 қаңтар, 14:05", "2021-01-20 14:05"),
    ("бүгін, 10:00", "2026-11-20 10:00"),
    ("кеше, 10:00", "2026-11-19 10:00"),
    ("3 сағат бұрын", "2026-11-20 15:00"),
    # uz Latin
    ("9 oktyabr 2022, 10:00", "2022-10-09 10:00"),
    ("2026-yil 20-noyabr, 15:30", "2026-11-20 15:30"),
    ("14:05 / 20.11.2026", "2026-11-20 14:05"),
    ("Kecha, 15:30", "2026-11-19 15:30"),
    ("20 daqiqa oldin", "2026-11-20 17:40"),
    # uz Cyrillic
    ("20 январь 2021, 10:00", "2021-01-20 10:00"),
    ("Бугун, 15:30", "2026-11-20 15:30"),
    ("5 дақиқа аввал", "2026-11-20 17:55"),
    # tg
    ("7 марти 2024, 08:00", "2024-03-07 08:00"),
    ("Имрӯз, 08:00", "2026-11-20 08:00"),
    ("дирӯз, 08:00", "2026-11-19 08:00"),
    ("3 соат пеш", "2026-11-20 15:00"),
    # tk
    ("20-nji noýabr 2026, 14:05", "2026-11-20 14:05"),
    ("2026-njy ýylyň 20-nji noýabry, 14:05", "2026-11-20 14:05"),
    ("Şu gün 10:20", "2026-11-20 10:20"),
    ("düýn, 10:20", "2026-11-19 10:20"),
    ("3 sagat öň", "2026-11-20 15:00"),
    # en
    ("November 20, 2026 5:04 pm", "2026-11-20 17:04"),
    ("20th November 2026 at 12:30 a.m.", "2026-11-20 00:30"),
    ("yesterday at 10:00", "2026-11-19 10:00"),
    ("an hour ago", "2026-11-20 17:00"),
]
DAYS = [
    ("3 de mayo de 202221:25", "2022-05-03"),
    ("17.03.2018", "2018-03-17"),
    ("20-nji mart, 2018", "2018-03-20"),
    ("19-njy mart, 2018", "2018-03-19"),
    ("20-yanvar, 2021", "2021-01-20"),
    ("7 mart 2024", "2024-03-07"),
    ("2025-жыл, 15-август", "2025-08-15"),
    ("жалган куран 5, 2024", "2024-03-05"),
    ("20 январи 2021", "2021-01-20"),
    ("2 күн мурун", "2026-11-18"),
    ("kecha", "2026-11-19"),
    ("Nov. 20, 2026", "2026-11-20"),
    ("29 декабря", "2025-12-29"),
    ("2020-11-20T00:00:00+06:00", "2020-11-20"),
]
INSTANTS = [
    ("2020-12-01T14:02:00+06:00", "2020-12-01T08:02:00"),
    ("2021-09-01 14:50:49Z", "2021-09-01T14:50:49"),
    ("20201201T140200+0600", "2020-12-01T08:02:00"),
    ("Fri, 20 Nov 2026 10:00:00 +0600", "2026-11-20T04:00:00"),
    ("Mon Aug 03 12:45:00 EDT 2015", "2015-08-03T16:45:00"),
    ("1325665379", "2012-01-04T08:22:59"),
    ("04.01.2012 12:23 msk", "2012-01-04T08:23:00"),  # Moscow was at +04:00 then
    ("20:58 (Бишкек) 28 ноября 2011", "2011-11-28T14:58:00"),
    ("15-август, 2025 14:23 Бишкек убактысы", "2025-08-15T08:23:00"),
    ("18.04.2024, 10:35 (GMT+5)", "2024-04-18T05:35:00"),
]
NO_DATES = [
    "31.02.2025", "2024-99-99", "майдан 5", "мартышка 2020", "500 сом", "https://a.kg/1", "", "12:30", "99 января 2020"
]  # fmt: skip


@pytest.mark.parametrize(("written", "wall"), WRITTEN)
def test_a_printed_date_with_time_is_read_to_the_minute(written: str, wall: str) -> None:
    found = read_date(written, fetched_at=FETCHED_AT, zone=BISHKEK)

    assert found is not None
    assert (found.wall, found.precision, found.zone) == (datetime.fromisoformat(wall), Precision.MINUTE, None)


@pytest.mark.parametrize(("written", "day"), DAYS)
def test_a_date_without_time_is_known_to_the_day(written: str, day: str) -> None:
    found = read_date(written, fetched_at=FETCHED_AT, zone=BISHKEK)

    assert found is not None
    assert (found.wall, found.precision) == (datetime.fromisoformat(day), Precision.DAY)


@pytest.mark.parametrize(("written", "utc"), INSTANTS)
def test_a_zone_that_is_written_is_obeyed(written: str, utc: str) -> None:
    found = read_date(written, fetched_at=FETCHED_AT, zone=BISHKEK)

    assert found is not None
    assert found.at(BISHKEK) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_of_the_calendar_is_none(text: str) -> None:
    assert read_date(text, fetched_at=FETCHED_AT, zone=BISHKEK) is None


def test_kazakhstan_is_an_hour_nearer_to_utc_since_march_2024() -> None:
    almaty = ZoneInfo("Asia/Almaty")
    before = read_date("29 ақпан 2024, 12:00", fetched_at=FETCHED_AT, zone=almaty)
    after = read_date("2 наурыз 2024, 12:00", fetched_at=FETCHED_AT, zone=almaty)

    assert before is not None
    assert after is not None
    assert after.at(almaty) - before.at(almaty) == timedelta(days=2, hours=1)


def test_today_is_the_day_at_the_newsroom() -> None:
    late_utc = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)  # already the 21st in Bishkek

    found = read_date("бүгүн, 02:15", fetched_at=late_utc, zone=BISHKEK)

    assert found is not None
    assert found.at(BISHKEK) == datetime(2026, 11, 20, 20, 15, tzinfo=UTC)
