"""Pages with which a host checks its visitors instead of answering: known by their marks, never worked around.

Only what no page with content has counts, since a false alarm lets a host rest for hours. Sites that are protected
carry the scripts and cookies of their protector on every page, so these say nothing. What does: a header that says so;
or the marks of a challenge on an answer that refuses, or on one that is nothing but a script.
"""

import re

from scrapers.answers import Answer

_REFUSALS = frozenset({401, 403, 405, 429, 503})
"""Statuses with which such pages are sent; DDoS-Guard and Qrator also send 200."""

_HEADERS = {"cf-mitigated": ({"challenge"}, "Cloudflare"), "x-amzn-waf-action": ({"challenge", "captcha"}, "AWS WAF")}
"""By name: the values that say it, and who does. AWS sends 202 with a challenge and 405 with a captcha."""

_WORDS_MAX_BYTES = 600
"""What a challenge tells its reader beside its script: a sentence or two, in Cyrillic two bytes a letter."""

_PLAIN_MAX_BYTES = 30_000
"""A challenge that is sent with 200 is a few kilobytes of script; an article with its frame is far larger."""

_MARKS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    # Not the whole of /cdn-cgi/challenge-platform/: ordinary pages carry its scripts/jsd/.
    ("Cloudflare", re.compile(rb"(?i)_cf_chl_opt|cf-browser-verification|cf-challenge|-platform/h/\w+/orchestrate\b")),
    ("DDoS-Guard", re.compile(rb"(?i)/\.well-known/ddos-guard/(?:js-)?challenge|<title>ddos-guard")),
    ("Qrator", re.compile(rb"(?i)__qrator/qauth|qrator\.net/(?:block|validate)")),
    ("Imperva", re.compile(rb"(?i)_incapsula_resource\?(?:swkmtfsr|cwudnsai)|incapsula incident id")),
    ("Akamai", re.compile(rb"(?i)errors\.edgesuite\.net/|/_sec/cp_challenge/")),
    ("DataDome", re.compile(rb"(?i)captcha-delivery\.com/|geo\.captcha-delivery")),
    ("PerimeterX", re.compile(rb"(?i)id=.px-captcha|captcha\.px-cdn\.net")),
    ("Sucuri", re.compile(rb"(?i)sucuri_cloudproxy_js|<title>sucuri website firewall")),
    ("AWS WAF", re.compile(rb"(?i)window\.gokuprops|id=.challenge-container.{0,2000}awswaf", re.DOTALL)),
)
_TITLE = re.compile(
    rb"(?i)<title[^>]*>\s*(?:just a moment|attention required|checking your browser|one more step|security check)"
)
_NO_WORDS = re.compile(rb"(?is)<(script|style|title)\b.*?(?:</\1|\Z)|<[^<>]*>?")
_ARTICLE = re.compile(rb"(?i)<article\b|itemprop=.articlebody|\"articlebody\"|property=.og:type. content=.article")


def find_challenge(answer: Answer) -> str | None:
    """Name whose challenge an answer is; None when it is an answer."""
    for name, (values, challenger) in _HEADERS.items():
        if (answer.header(name) or "").lower() in values:
            return challenger
    is_refusal = answer.status in _REFUSALS
    if not is_refusal and (answer.status != 200 or not _could_be(answer)):
        return None
    head = answer.body[:_PLAIN_MAX_BYTES]
    found = next((name for name, mark in _MARKS if mark.search(head)), None)
    if found is None and is_refusal and _TITLE.search(head):
        return "unknown service"
    return found if is_refusal or found is None or _is_wordless(answer.body) else None


def _is_wordless(body: bytes) -> bool:
    """Whether a short page says next to nothing to a reader. Linear in the body."""
    return len(b" ".join(_NO_WORDS.sub(b" ", body).split())) <= _WORDS_MAX_BYTES


def _could_be(answer: Answer) -> bool:
    """Whether a page that came with 200 is short, HTML, and has no sign of an article."""
    body = answer.body
    return len(body) <= _PLAIN_MAX_BYTES and body.lstrip()[:1] == b"<" and not _ARTICLE.search(body)
