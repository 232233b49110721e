"""Which sites may show a chat: each by its exact name, as a browser sends it."""

from __future__ import annotations

import pytest

from bot.origins import OriginError, exact_origin


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Clinic.Example", "https://clinic.example"),
        (" https://clinic.example ", "https://clinic.example"),
        ("https://clinic.example:443", "https://clinic.example"),
        ("https://clinic.example:8443", "https://clinic.example:8443"),
        ("https://clínica.example", "https://xn--clnica-4va.example"),
        ("https://xn--clnica-4va.example", "https://xn--clnica-4va.example"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:DB8::0:7]", "https://[2001:db8::7]"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://clinic.localhost", "http://clinic.localhost"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_site_is_written_as_browsers_do(written: str, origin: str) -> None:
    assert exact_origin(written) == origin
    assert exact_origin(origin) == origin


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("*", "no wildcard"),
        ("https://*.clinic.example", "no wildcard"),
        ("https://clinic.example/", "without a path or slash: https://clinic.example"),
        ("https://clinic.example/chat", "without a path or slash: https://clinic.example"),
        ("https://clinic.example?x", "without a path or slash: https://clinic.example"),
        ("https://clinic.example#x", "without a path or slash: https://clinic.example"),
        ("https://me@clinic.example", "without a path or slash: https://clinic.example"),
        ("https://clinic.example\\@evil.example", "without a path or slash"),
        ("http://clinic.example", "only https, save for localhost: https://clinic.example"),
        ("http://localhost.evil.example", "only https"),
        ("clinic.example", "is not a site such as"),
        ("null", "is not a site such as"),
        ("ftp://clinic.example", "is not a site such as"),
        ("https://", "not a site's name"),
        ("https://clinic example", "not a site's name"),
        ("https://clinic.example:99999", "not a port"),
        ("https://clinic.example.", "not a site's name"),
        ("https://clinic.example\nhttps://evil.example", "is not a site such as"),
        ("https://clinic.example; script-src", "not a site's name"),
        ("https://[::1", "not a site's name"),
        ("https://-.example", "not a site's name"),
        (None, "is not a site such as"),
        (7, "is not a site such as"),
    ],
)
def test_anything_else_is_refused_with_the_mend(written: object, told: str) -> None:
    with pytest.raises(OriginError, match=told.replace(".", r"\.")) as caught:
        exact_origin(written)
    assert "\n" not in str(caught.value)
