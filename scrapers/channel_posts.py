"""Which messages of channels were seen, when each was looked at last, and which are gone; part of the visits' file.

A preview page shows twenty messages, so they are looked at again in blocks of twenty consecutive numbers, each block at
one fixed address: `?before=` the number that follows it. A block is due when a step of the ladder (1 h to 30 d, as for
pages) has passed since the youngest of its messages was met, and no page that was read for its news has shown all of
them since. So a block costs six requests at most, whatever happens in it. What was first met on such a page, or in a
backfill, is old and starts nothing.

A message that is not shown although the page reaches below it was deleted: it is gone, until it is shown again.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from scrapers.outcomes import instant, parse_instant
from scrapers.revisits import LADDER, is_step_passed

BLOCK = 20
"""Messages of a preview page (seen on every one that was met)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one page of a channel shows."""

    page_url: str
    posts: tuple[str, ...]
    """As `handle/number`."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Digest of what each message says. A message that is missing here says what it did before."""


class ChannelPosts:
    """The table `post` of one source's visits."""

    def __init__(self, database: sqlite3.Connection, sql: Mapping[str, str]) -> None:
        self._database = database
        self._sql = sql

    def count_new(self, posts: Iterable[str]) -> int:
        """How many of these were never seen before."""
        find = "select 1 from post where channel = ? and number = ?"
        return sum(self._database.execute(find, _key(post)).fetchone() is None for post in posts)

    def is_shown(self, post: str) -> bool:
        """Whether a message was seen and is not known to be gone."""
        find = "select 1 from post where channel = ? and number = ? and gone_at is null"
        return self._database.execute(find, _key(post)).fetchone() is not None

    def missing(self, shown: Shown) -> list[str]:
        """Return those that were seen before, that this page must show, and that it does not; each is told once."""
        if not shown.posts:
            return []
        rows = self._database.execute(self._sql["posts_within"], _reach(shown)).fetchall()
        return [post for row in rows if (post := f"{row['channel']}/{row['number']}") not in shown.posts]

    def are_known(self, shown: Shown) -> bool:
        """Whether a page shows messages, each as it was when it was last kept, and lacks none that it should show."""
        find = "select 1 from post where channel = ? and number = ? and said = ? and gone_at is null"
        said = [(*_key(post), digest) for post, digest in shown.said.items()]
        is_as_kept = all(self._database.execute(find, it).fetchone() is not None for it in said)
        return bool(said) and is_as_kept and not self.missing(shown)

    def learn(self, shown: Shown, at: datetime, *, is_new: bool) -> None:
        """Remember what a page shows and what it lacks. `is_new`: it was read for news, not in a backfill."""
        if not shown.posts:
            return
        gone = [(instant(at), *_key(post)) for post in self.missing(shown)]
        looks = [
            {
                "channel": channel,
                "number": number,
                "at": instant(at),
                "met_at": instant(at) if is_new else None,
                "said": shown.said.get(f"{channel}/{number}"),
            }
            for channel, number in map(_key, shown.posts)
        ]
        with self._database:
            self._database.execute("begin")
            self._database.executemany(self._sql["put_post"], looks)
            self._database.executemany("update post set gone_at = ? where channel = ? and number = ?", gone)

    def due_blocks(self, channel: str, now: datetime) -> list[tuple[int, datetime]]:
        """Return (the number that follows the block, when it was looked at last) of what is due, newest block first."""
        asked = {"channel": channel, "block": BLOCK, "met_after": instant(now - LADDER[-1] - LADDER[0])}
        blocks = [
            (row["before"], parse_instant(row["met_at"]), parse_instant(row["looked_at"]))
            for row in self._database.execute(self._sql["post_blocks"], asked)
        ]
        return [(before, looked_at) for before, met_at, looked_at in blocks if is_step_passed(met_at, looked_at, now)]


def _key(post: str) -> tuple[str, int]:
    channel, _, number = post.rpartition("/")
    return channel, int(number)


def _reach(shown: Shown) -> dict[str, object]:
    """Between which numbers a page shows everything: from its oldest to the one before which it was asked for."""
    channel, oldest = min(map(_key, shown.posts))
    before = parse_qs(urlsplit(shown.page_url).query).get("before", [""])[0]
    return {"channel": channel, "oldest": oldest, "before": int(before) if before.isdigit() else None}
