"""Why a page that was parsed is no article: a challenge, a login wall, too little text, or another kind of page."""

import re

from lxml.html import HtmlElement

from scrapers.counts import counted
from scrapers.extraction.page import Page, opening_of, text_of
from scrapers.extraction.page_kind import GALLERY_IMAGES, Survey, why_no_article
from scrapers.extraction.page_lines import Lines
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


def check_text(text: str, *, title: str | None, root: HtmlElement, surveyed: Survey) -> Rejection | None:
    """Return why a text with its title is no article; None when it is one. `root` is the pruned tree."""
    if _asks_to_log_in(text, title=title, root=root):
        return Rejection(reason=RejectionReason.LOGIN_WALL, detail=(title or "")[:100] or None)
    if not text:
        return Rejection(reason=RejectionReason.NO_TEXT)
    if title is None:
        return Rejection(reason=RejectionReason.NO_TITLE)
    if (kind := why_no_article(text, surveyed, root)) is not None:
        return Rejection(reason=RejectionReason.NOT_AN_ARTICLE, detail=kind)
    if len(text) < MIN_CHARS:
        length, n_images = counted(len(text), "character"), sum(1 for _ in root.iter("img"))
        if n_images >= GALLERY_IMAGES:
            return Rejection(reason=RejectionReason.NOT_AN_ARTICLE, detail=f"{n_images} images, {length}")
        return Rejection(reason=RejectionReason.TOO_SHORT, detail=length)
    return None


def _asks_to_log_in(text: str, *, title: str | None, root: HtmlElement) -> bool:
    """Whether a page asks for a password instead of showing an article; many articles carry a login box as well."""
    if not any(field.get("type") == "password" for field in root.iter("input")):
        return False
    says_so = len(text) < MIN_CHARS and _LOGIN_WORDS.search(text) is not None
    return says_so or _LOGIN_TITLE.match(title or "") is not None
