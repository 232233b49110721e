"""A web address from a directory, before it becomes a link: only what is plainly a site's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_LONGEST = 200
_HOST = re.compile(
    r"(?=.{4,80}$)(?!xn--|.*\.xn--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_PLAIN = re.compile(r"[\w.~:/?#%&=+,;@!$'()*-]*", re.ASCII)


@dataclass(frozen=True)
class Site:
    """``host`` is what a person reads, so that they know where the link goes."""

    host: str
    href: str


def site(value: Any) -> Site | None:
    """The site of an address as listings write them, always over https; None when it is not one.

    Nobody's name and password, no port, no bare number and no letters that look like others.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST or not _PLAIN.fullmatch(text):
        return None
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or parts.username is not None or port:
        return None
    if not _HOST.fullmatch(host):
        return None
    href = parts._replace(scheme="https", netloc=host, fragment="").geturl()
    return Site(host.removeprefix("www."), href)
