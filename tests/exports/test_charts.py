"""Charts as geometry: each value in its place, what is too much in one series, in words what the picture shows."""

from datetime import date

from exports.charts import BAR, BAR_HEIGHT, CELL, MAX_SERIES, SourceDay, days_until, draw_day_bars, draw_strip

DAYS = days_until(date(2026, 11, 3), 3)


def seen(day: int, n_new: int, *, n_fetched: int = 1, n_failed: int = 0) -> SourceDay:
    return SourceDay(source_id="a", day=date(2026, 11, day), n_new=n_new, n_fetched=n_fetched, n_failed=n_failed)


def test_a_day_without_a_look_differs_from_a_day_without_news() -> None:
    strip = draw_strip({date(2026, 11, 2): seen(2, 0), date(2026, 11, 3): seen(3, 0, n_fetched=0, n_failed=4)}, DAYS)

    assert [level for level, _ in strip.paths] == ["none", "failed", "quiet"]
    assert strip.summary == "0 new articles; looked at on 2 of 3 days"


def test_days_stand_in_order_and_the_fullest_is_darkest() -> None:
    strip = draw_strip({day: seen(day.day, n) for day, n in zip(DAYS, (1, 5, 10), strict=True)}, DAYS)
    paths = dict(strip.paths)

    assert paths["new1"].startswith("M0 ")
    assert paths["new2"].startswith(f"M{CELL} ")
    assert paths["new4"].startswith(f"M{2 * CELL} ")


def test_bars_are_stacked_and_the_fullest_day_fills_the_chart() -> None:
    bars = draw_day_bars([(DAYS[0], "ky", 3), (DAYS[0], "ru", 1), (DAYS[2], "ky", 2)], DAYS)

    assert bars.most == 4
    assert [(one.name, one.n) for one in bars.series] == [("ky", 5), ("ru", 1)]
    assert bars.series[0].path == f"M0 30h{BAR - 2}v90h-{BAR - 2}zM{2 * BAR} 60h{BAR - 2}v60h-{BAR - 2}z"
    assert bars.series[1].path == f"M0 0h{BAR - 2}v30h-{BAR - 2}z"
    assert bars.height == BAR_HEIGHT


def test_what_has_no_colour_of_its_own_is_one_series() -> None:
    counts = [(DAYS[0], f"language{n:02}", 20 - n) for n in range(MAX_SERIES + 3)]
    bars = draw_day_bars(counts, DAYS)

    assert len(bars.series) == MAX_SERIES + 1
    assert (bars.series[-1].name, bars.series[-1].n) == ("others", sum(n for _, _, n in counts[MAX_SERIES:]))


def test_without_articles_there_is_an_empty_chart() -> None:
    assert draw_day_bars([], DAYS).series == ()
