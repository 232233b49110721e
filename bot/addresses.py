"""IP addresses as people have them: one each, or a network of many."""

from __future__ import annotations

import ipaddress

_NETWORK = 64  # bits of an IPv6 address that one subscriber has to itself


def subscriber(address: str) -> str | None:
    """Who has the address: itself, or the network of an IPv6 one. None when it is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if parsed.version == 6:
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), _NETWORK), strict=False))
    return str(parsed)
