"""Why a page that was parsed is no article: a challenge, a login wall, an index, a gallery, too little text."""

import re

from lxml.html import HtmlElement

from scrapers.extraction.page import Page, opening_of, text_of
from scrapers.extraction.page_lines import Lines
from scrapers.extraction.prose import letters
from scrapers.records import Rejection, RejectionReason

MIN_CHARS = 80
"""Shortest text that is an article: the shortest true body of 312 corpus pages has 84 characters."""

_MAX_CHALLENGE_CHARS = 2_000  # text of a challenge page; an article about Cloudflare is longer
_CHALLENGE = re.compile(
    r"(?i)cf-browser-verification|cf_chl_|cf-challenge|challenge-platform|_incapsula_resource|ddos-guard"
    r"|checking your browser|just a moment\.\.\.|attention required! \| cloudflare|verify(?:ing)? you are (?:a )?human"
    r"|проверка (?:вашего )?браузера|подтвердите, что вы не робот|qrator|datadome|px-captcha|hcaptcha|g-recaptcha"
)
_CHALLENGE_TITLE = re.compile(
    r"(?i)^(?:just a moment|attention required|checking your browser|ddos-guard|access denied"
    r"|one more step|security check"
    r"|проверка браузера|доступ (?:запрещ[её]н|ограничен)|403 forbidden)"
)

_LOGIN_TITLE = re.compile(
    r"(?i)^(?:log ?in|sign ?in|please (?:log|sign) in|member login|вход(?: на сайт| в систему)?|войти|авторизация"
    r"|кирүү|кіру|kirish|кириш|даромад|ulgama girmek)\s*(?:[^\w\s]|$)"
)
"""Titles of pages that ask for an account, in en, ru, ky, kk, uz, tg, tk. Nothing but a site's name follows: "Вход в
парк стал платным" is a headline."""

_LOGIN_WORDS = re.compile(
    r"(?i)\b(?:log(?:ged)? ?in|sign(?:ed)? ?in|subscrib\w+|войти|войдите|авториз\w+|(?:за)?регистр\w+|подпис\w+"
    r"|password|пароль|кириңиз|катталы\w+|сырсөз|кіріңіз|тірке\w+|құпия\s?сөз|kiring|ro.yxatdan|parol|киринг|рўйхатдан|гузарвожа"
    r"|ворид\sшавед|giriň|hasaba\sal\w+)\b"
)
"""What a text that is held back tells its reader to do, in the same languages."""

_MAX_LINKED_SHARE = 0.5
"""Share of a text that is lines of link text. Indexes, tag and programme pages have .8 and more; of 865 real articles
the fullest has .38 (2026-11-25)."""

_MIN_PROSE_LETTERS = 60  # a line with fewer is a heading, a caption, an entry of a list
_MIN_LIST_LINES = 5
_MIN_LINK_LETTERS = 8  # shorter link texts ("more", "photo") are found in any line

_GALLERY_IMAGES = 4


def find_challenge(page: Page, lines: Lines) -> Rejection | None:
    """Return a rejection when the page is a check of the visitor instead of an article."""
    if lines.n_chars > _MAX_CHALLENGE_CHARS:  # most pages: what the lines leave out need not be counted
        return None
    if len(opening_of(page.root, _MAX_CHALLENGE_CHARS + 1)) > _MAX_CHALLENGE_CHARS:
        return None
    title = next((text_of(e) for e in page.root.iter("title")), "")
    if _CHALLENGE_TITLE.match(title):
        return Rejection(reason=RejectionReason.CHALLENGE_PAGE, detail=title[:100])
    if page.root.find(".//article") is not None:
        return None
    marks = " ".join(_marks(page.root))
    if found := _CHALLENGE.search(marks):
        return Rejection(reason=RejectionReason.CHALLENGE_PAGE, detail=found[0])
    return None


def _marks(root: HtmlElement) -> list[str]:
    scripts = [e.get("src") or e.text or "" for e in root.iter("script")]
    names = [f"{e.get('id') or ''} {e.get('class') or ''}" for e in root.iter("form", "div")]
    return [*scripts, *names, text_of(root)]


def check_text(text: str, *, title: str | None, root: HtmlElement) -> Rejection | None:
    """Return why a text with its title is no article; None when it is one. `root` is the pruned tree."""
    if _asks_to_log_in(text, title=title, root=root):
        return Rejection(reason=RejectionReason.LOGIN_WALL, detail=(title or "")[:100] or None)
    if not text:
        return Rejection(reason=RejectionReason.NO_TEXT)
    if title is None:
        return Rejection(reason=RejectionReason.NO_TITLE)
    if (share := _linked_share(text, root)) > _MAX_LINKED_SHARE:
        return Rejection(reason=RejectionReason.NOT_AN_ARTICLE, detail=f"{share:.0%} of the text is links")
    if _is_list_of_links(text, root):
        return Rejection(reason=RejectionReason.NOT_AN_ARTICLE, detail="short lines, links in most")
    if len(text) < MIN_CHARS:
        n_images = sum(1 for _ in root.iter("img"))
        if n_images >= _GALLERY_IMAGES:
            return Rejection(reason=RejectionReason.NOT_AN_ARTICLE, detail=f"{n_images} images, {len(text)} characters")
        return Rejection(reason=RejectionReason.TOO_SHORT, detail=f"{len(text)} characters")
    return None


def _asks_to_log_in(text: str, *, title: str | None, root: HtmlElement) -> bool:
    """Whether a page asks for a password instead of showing an article; many articles carry a login box as well."""
    if next(root.iterfind(".//input[@type='password']"), None) is None:
        return False
    says_so = len(text) < MIN_CHARS and _LOGIN_WORDS.search(text) is not None
    return says_so or _LOGIN_TITLE.match(title or "") is not None


def _is_list_of_links(text: str, root: HtmlElement) -> bool:
    """Whether a text has no line long enough for prose, and most of its lines carry the text of a link (programmes)."""
    lines = [key for line in text.split("\n") if (key := letters(line))]
    if not lines or max(map(len, lines)) >= _MIN_PROSE_LETTERS or len(lines) < _MIN_LIST_LINES:
        return False
    linked = {key for said in _link_texts(root) if len(key := letters(said)) >= _MIN_LINK_LETTERS}
    n_linked = sum(any(key in line for key in linked) for line in lines)
    return n_linked > _MAX_LINKED_SHARE * len(lines)


def _linked_share(text: str, root: HtmlElement) -> float:
    """Return the share of a text's letters that stand in lines which are nothing but link text; 0 where it is small."""
    said = _link_texts(root)
    lines = [letters(line) for line in text.split("\n")]
    n_all = max(1, sum(map(len, lines)))
    longest = max(map(len, said), default=0)
    if sum(len(line) for line in lines if len(line) > longest) >= (1 - _MAX_LINKED_SHARE) * n_all:
        return 0.0  # nine pages in ten: their paragraphs are longer than any link
    linked = "|".join(map(letters, said))
    return sum(len(line) for line in lines if line in linked) / n_all


def _link_texts(root: HtmlElement) -> list[str]:
    return ["".join(a.itertext()).casefold() for a in root.iter("a")]
