"""Which addresses a crawl may connect to: public ones, or, for a loopback source, loopback ones. Nothing else.

The check is made on the very address about to be connected to, so that redirects, odd spellings (2130706434,
0x7f000001) and names that resolve inward, also the second time, all meet it.
"""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any, Self

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

LOOPBACK_ONLY = "KABARCHY_LOOPBACK_ONLY"
"""Scrapy setting: connect to loopback addresses only, instead of public ones only."""

_refused: dict[str, str] = {}
"""Host to address. Process-wide like Scrapy's DNS cache, for the same reason: one crawl is one process. Twisted drops
the resolver's error on its way, so that this is how the failure can be told from a name that does not exist."""


def is_refused(address: str, *, is_loopback_only: bool) -> bool:
    """Whether an address must not be connected to. Raises ValueError when it is none."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if is_loopback_only:
        return not ip.is_loopback
    return not ip.is_global or ip.is_multicast


def refused_address(host: str) -> str | None:
    """The address for which a host was refused in this process; None when it was not."""
    return _refused.get(host)


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, refusing names and literals that lead to an address which must not be connected to."""

    is_loopback_only = False

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        """Make the resolver; Scrapy's hook."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.is_loopback_only = crawler.settings.getbool(LOOPBACK_ONLY)
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """Resolve a name, or check a literal; Twisted's hook."""

        def check(address: str) -> str:
            if is_refused(address, is_loopback_only=self.is_loopback_only):
                _refused[name] = address
                raise DNSLookupError(f"{name!r} leads to {address}, which must not be connected to")
            return address

        if ":" in name:  # an IPv6 literal, which the IPv4 resolver below would not understand
            _refused[name] = name
            raise DNSLookupError(f"IPv6 address {name} is not connected to")
        return super().getHostByName(name, timeout).addCallback(check)
