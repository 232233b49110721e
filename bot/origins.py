"""Web origins: which site a page belongs to (RFC 6454), as browsers send it in ``Origin``."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}")


class OriginError(ValueError):
    """Not an origin that we take: one line, with the mend."""


def exact_origin(value: object) -> str:
    """One site, as browsers write it: small letters, punycode, no usual port.

    Only https, save on one's own machine; no wildcard, path or closing slash. Raises `OriginError`.
    """
    text = value.strip().lower() if isinstance(value, str) else ""
    if "*" in text:
        raise OriginError(f"{value!r}: name each site; there is no wildcard")
    scheme, mark, rest = text.partition("://")
    if not mark or scheme not in _PORTS or not text.isprintable():
        raise OriginError(f"{value!r} is not a site such as https://www.example.org")
    try:
        parts = urlsplit(text)
        host, port = _host(parts.hostname or ""), parts.port
    except (ValueError, idna.IDNAError):
        raise OriginError(f"{value!r}: not a site's name, or not a port") from None
    shown = f"{scheme}://{host}" + (f":{port}" if port not in (None, _PORTS[scheme]) else "")
    if _more(parts, rest):
        raise OriginError(f"{value!r}: only the site, without a path or slash: {shown}")
    if scheme == "http" and not _own_machine(host):
        raise OriginError(f"{value!r}: only https, save for localhost: {'https' + shown[4:]}")
    return shown


def _host(name: str) -> str:
    """As the address bar sends it. Raises `ValueError`, `IDNAError`."""
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name).compressed}]"
    ascii_name = name if name.isascii() else idna.encode(name, uts46=True).decode()
    if not _NAME.fullmatch(ascii_name):
        raise ValueError(name)
    return ascii_name


def _more(parts: SplitResult, rest: str) -> bool:
    return "@" in rest or any(mark in rest for mark in "/?#\\") or bool(parts.username)


def _own_machine(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "[::1]") or host.endswith(".localhost")
