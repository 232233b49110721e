"""Whether a request is Twilio's own, and what it says.

Twilio signs the address it was given (the configured one, never one read from a proxy's headers)
with every field of a form, or with the SHA-256 of any other body. Its own validator does the sums.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator  # light, unlike Twilio's client

from bot.sms.account import Account

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MOST_FIELDS = 500
"""Twilio sends about thirty, and two for each picture."""
_HASH = "bodySHA256"


def is_genuine(
    account: Account, path_and_query: str, content_type: str, body: bytes, signature: str
) -> bool:
    """``signature`` is the header X-Twilio-Signature, "" when there is none. Never raises."""
    validator = RequestValidator(account.token)
    try:
        url = account.url(path_and_query)
        if not signature or not body_fits(validator, url, content_type, body):
            return False
        params = ImmutableMultiDict(_pairs(body)) if _kind(content_type) == FORM else {}
        return bool(validator.validate(url, params, signature))
    except ValueError:
        return False


def body_fits(validator: RequestValidator, url: str, content_type: str, body: bytes) -> bool:
    """Whether the body is the one whose hash stands in the signed address. A form needs none: its
    fields are signed themselves."""
    hashes = parse_qs(urlsplit(url).query).get(_HASH, [])
    if not hashes:
        return _kind(content_type) == FORM
    return len(hashes) == 1 and validator.compute_hash(body.decode()) == hashes[0].lower()


def fields(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a form or of a JSON object. Values keep their blanks; of a field that stands
    there twice the last one counts; NULs are left out, which no database takes.

    ValueError: neither of the two, or not UTF-8.
    """
    kind = _kind(content_type)
    if kind == FORM:
        pairs = _pairs(body)
    elif kind == JSON:
        pairs = [(name, _text(value)) for name, value in _object(body).items()]
    else:
        raise ValueError("neither a form nor JSON")
    for _, value in pairs:
        value.encode()  # half a character in JSON's \\u notation can be neither kept nor sent
    return {name.replace("\0", ""): value.replace("\0", "") for name, value in pairs}


def _kind(content_type: str) -> str:
    """Without parameters. Nothing said means a form, as browsers and Twilio post."""
    return content_type.partition(";")[0].strip().lower() or FORM


def _pairs(body: bytes) -> list[tuple[str, str]]:
    text = body.decode()
    if not text:
        return []
    try:
        return parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # it would hold what was written
        raise ValueError("not a form, or not UTF-8") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode())
    except RecursionError:
        raise ValueError("JSON within JSON without end") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
