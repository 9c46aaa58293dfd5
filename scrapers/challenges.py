"""Pages with which a host checks its visitors instead of answering: known by their marks, never worked around.

Only what no article has counts, since a false alarm lets a host rest for hours: a header that says so, or, on an
answer that refuses or on a page that is nothing but a script, the marks of the services that make such pages.
"""

import re

from scrapers.answers import Answer

_REFUSALS = frozenset({401, 403, 405, 429, 503})
"""Statuses with which such pages are sent; DDoS-Guard and Qrator also send 200."""

_PLAIN_MAX_BYTES = 30_000
"""A challenge that is sent with 200 is a few kilobytes of script; an article with its frame is far larger."""

_MARKS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    # Not the whole of /cdn-cgi/challenge-platform/: ordinary pages carry its scripts/jsd/.
    ("Cloudflare", re.compile(rb"(?i)_cf_chl_opt|cf-browser-verification|cf-challenge|-platform/h/\w+/orchestrate\b")),
    ("DDoS-Guard", re.compile(rb"(?i)/\.well-known/ddos-guard/(?:js-)?challenge|ddos-guard\.net/|<title>ddos-guard")),
    ("Qrator", re.compile(rb"(?i)__qrator/qauth|qrator\.net/(?:block|validate)")),
    ("Imperva", re.compile(rb"(?i)_incapsula_resource\?(?:swkmtfsr|cwudnsai)|incapsula incident id")),
    ("Akamai", re.compile(rb"(?i)errors\.edgesuite\.net/|/_sec/cp_challenge/")),
    ("DataDome", re.compile(rb"(?i)captcha-delivery\.com/|geo\.captcha-delivery")),
    ("PerimeterX", re.compile(rb"(?i)id=.px-captcha|captcha\.px-cdn\.net")),
    ("Sucuri", re.compile(rb"(?i)sucuri_cloudproxy_js|<title>sucuri website firewall")),
    ("AWS WAF", re.compile(rb"(?i)awswafintegration|token\.awswaf\.com/.{0,200}challenge\.js")),
)
_TITLE = re.compile(
    rb"(?i)<title[^>]*>\s*(?:just a moment|attention required|checking your browser|one more step|security check)"
)
_ARTICLE = re.compile(rb"(?i)<article\b|itemprop=.articlebody|\"articlebody\"|property=.og:type. content=.article")


def find_challenge(answer: Answer) -> str | None:
    """Name whose challenge an answer is; None when it is an answer."""
    if (answer.header("cf-mitigated") or "").lower() == "challenge":
        return "Cloudflare"
    is_refusal = answer.status in _REFUSALS
    if not is_refusal and (answer.status != 200 or not _could_be(answer)):
        return None
    head = answer.body[:_PLAIN_MAX_BYTES]
    found = next((name for name, mark in _MARKS if mark.search(head)), None)
    if found is None and is_refusal and _TITLE.search(head):
        return "unknown service"
    return found


def _could_be(answer: Answer) -> bool:
    """Whether a page that came with 200 is short, HTML, and has no sign of an article."""
    body = answer.body
    return len(body) <= _PLAIN_MAX_BYTES and body.lstrip()[:1] == b"<" and not _ARTICLE.search(body)
