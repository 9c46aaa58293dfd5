"""What is a challenge, and what is only a page of a site that has a protector. All pages are invented."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.answers import Answer
from scrapers.challenges import find_challenge

REAL_PAGES = sorted((Path(__file__).parents[3] / "shared" / "pages").glob("*.html"))
NEWS = "<p>Көлдө жаңы кеме сууга түштү, аны көрүү үчүн жүздөгөн адам чогулду.</p>" * 8
LINKS = "".join(f"<li><a href='/news/{n}'>A headline of the day, number {n}</a></li>" for n in range(30))

CLOUDFLARE = "<title>Just a moment...</title><script>window._cf_chl_opt={cRay:'1'}</script>"
ORCHESTRATE = "<script src='/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=1'></script>"
DDOS_GUARD = "<title>DDoS-Guard</title><script src='/.well-known/ddos-guard/js-challenge/index.js'></script>"
AWS = "<script>window.gokuProps={key:'1'}</script><script src='https://1.token.awswaf.com/1/2/challenge.js'></script>"
QRATOR = "<script src='/__qrator/qauth_utm_v2.js'></script>"

JSD = "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
CHECK = "<script src='https://check.ddos-guard.net/check.js'></script>"
CREDIT = "<a href='https://ddos-guard.net/'>Protected by DDoS-Guard</a>"
AWS_SDK = (
    "<script src='https://1.token.awswaf.com/1/2/challenge.js'></script><script>AwsWafIntegration.fetch('/x')</script>"
)
DATADOME = "<script src='https://js.datadome.co/tags.js'></script>"


def answer(body: str, status: int = 200, **headers: str) -> Answer:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(
        url="http://site.test/news/1",
        status=status,
        headers=pairs,
        body=f"<html><head>{body}</head></html>".encode(),
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("found", "challenger"),
    [
        (answer(CLOUDFLARE, 403, server="cloudflare"), "Cloudflare"),
        (answer(CLOUDFLARE, 503), "Cloudflare"),
        (answer("", 403, cf_mitigated="challenge"), "Cloudflare"),
        (answer(NEWS, 200, cf_mitigated="Challenge"), "Cloudflare"),
        (answer(ORCHESTRATE), "Cloudflare"),
        (answer(DDOS_GUARD, 403, server="ddos-guard"), "DDoS-Guard"),
        (answer(DDOS_GUARD), "DDoS-Guard"),
        (answer("", 202, x_amzn_waf_action="challenge"), "AWS WAF"),
        (answer("", 405, x_amzn_waf_action="captcha"), "AWS WAF"),
        (answer(AWS, 405), "AWS WAF"),
        (answer(QRATOR, 401), "Qrator"),
        (answer(QRATOR), "Qrator"),
        (answer("<title>Attention Required!</title>", 403), "unknown service"),
    ],
)
def test_a_page_that_is_nothing_but_a_check_of_its_visitor_is_a_challenge(found: Answer, challenger: str) -> None:
    assert find_challenge(found) == challenger


@pytest.mark.parametrize("script", [JSD, CHECK, CREDIT, AWS_SDK, DATADOME, ORCHESTRATE, QRATOR], ids=range(7))
@pytest.mark.parametrize("content", [NEWS, LINKS, f"<article>{NEWS}</article>"], ids=["words", "links", "article"])
def test_a_page_with_content_is_none_whatever_scripts_its_protector_adds(script: str, content: str) -> None:
    page = answer(script + content, server="ddos-guard", set_cookie="__ddg1_=1; aws-waf-token=1; __cf_bm=1")

    assert find_challenge(page) is None


@pytest.mark.parametrize(
    "found",
    [
        answer(JSD, 403),
        answer(f"{AWS_SDK}<h1>Not for you</h1>", 403),
        answer(AWS_SDK),
        answer(CHECK),
        answer(CREDIT, 503),
        answer("<title>Just a moment of silence</title><p>A story.</p>"),
        answer(NEWS, x_amzn_waf_action="allow"),
        answer(CLOUDFLARE, 404),
    ],
    ids=range(8),
)
def test_a_protector_that_is_named_has_not_challenged(found: Answer) -> None:
    assert find_challenge(found) is None


def test_a_page_of_unclosed_scripts_is_told_at_once() -> None:
    assert find_challenge(answer(ORCHESTRATE + "<script " * 3_000)) == "Cloudflare"


@pytest.mark.skipif(not REAL_PAGES, reason="no folder ../shared/pages beside the repository")
def test_no_genuine_page_is_taken_for_a_challenge() -> None:
    pages = {path.name: path.read_text(encoding="latin-1") for path in REAL_PAGES}

    assert [name for name, page in pages.items() if find_challenge(answer(page))] == []
