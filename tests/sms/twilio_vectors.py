"""Requests as Twilio signs them. The vectors are Twilio's published ones or made by its library."""

from __future__ import annotations

from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bot.sms.account import Account

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
JSON = "application/json"
SID = "AC" + "0" * 32
PATH = "/myapp.php?foo=1&bar=2"
FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
FORM_SIGNED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_PATH = PATH + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_SIGNED = "a9nBmqA0ju/hNViExpshrM61xv4="
BLANK_FIELDS = {"Body": "", "From": "+15005550006"}
BLANK_SIGNED = "URlj3idukBP7A391QfUQVrTOj0s="


def account(public_url: str = "https://mycompany.com") -> Account:
    return Account(SID, "12345", public_url)


def form(fields: dict[str, str] | list[tuple[str, str]]) -> bytes:
    return urlencode(fields).encode()


def signed(url: str, fields: dict[str, str]) -> str:
    return str(RequestValidator("12345").compute_signature(url, fields))
