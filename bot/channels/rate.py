"""How often one address may ask. Addresses are kept in memory only, as keyed digests."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets

from throttled import MemoryStore, RateLimiterType, Throttled

ADDRESSES = 10_000
"""Addresses that are remembered; the one heard of least lately is forgotten first."""
_NETWORK = 64  # bits of an IPv6 address that one subscriber has to itself


class Rate:
    """Counts by address. ``rate`` is such as "60/minute burst 10": ten at once, sixty a minute."""

    def __init__(self, rate: str) -> None:
        self._key = secrets.token_bytes(32)
        self._throttled = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=rate,
            store=MemoryStore(options={"MAX_SIZE": ADDRESSES}),
        )

    def seconds_to_wait(self, address: str) -> float:
        """0 when the address may ask now, and then it has asked; else how long it must wait."""
        digest = hashlib.blake2b(_whose(address).encode(), digest_size=16, key=self._key)
        result = self._throttled.limit(digest.hexdigest())
        return result.state.retry_after if result.limited else 0.0


def _whose(address: str) -> str:
    """What stands for the one who asks: the address, or the network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), _NETWORK), strict=False))
    return str(parsed)
