"""Nothing that Twilio did not sign is believed; everything that it did sign is."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict

from bot.sms.signature import FORM as PLAIN_FORM
from bot.sms.signature import fields, is_genuine
from tests.sms.twilio_vectors import (
    BLANK_FIELDS,
    BLANK_SIGNED,
    FIELDS,
    FORM,
    FORM_SIGNED,
    JSON,
    JSON_BODY,
    JSON_PATH,
    JSON_SIGNED,
    PATH,
    account,
    form,
    signed,
)

HERE = account("https://example.org")


def test_twilios_own_example_of_a_form_is_genuine():
    assert is_genuine(account(), PATH, FORM, form(FIELDS), FORM_SIGNED)


def test_twilios_own_example_of_json_is_genuine():
    assert is_genuine(account(), JSON_PATH, JSON, JSON_BODY, JSON_SIGNED)


def test_an_empty_value_is_signed_too():
    assert is_genuine(HERE, "/sms", FORM, form(BLANK_FIELDS), BLANK_SIGNED)
    without = {"From": BLANK_FIELDS["From"]}
    assert not is_genuine(HERE, "/sms", FORM, form({**without, "Extra": "x"}), BLANK_SIGNED)


@pytest.mark.parametrize(
    "url",
    [
        "https://mycompany.com",
        "https://mycompany.com:443",
    ],
)
def test_the_default_port_makes_no_difference(url):
    assert is_genuine(account(url), PATH, FORM, form(FIELDS), FORM_SIGNED)
    with_port = signed(f"https://mycompany.com:443{PATH}", FIELDS)
    assert is_genuine(account(url), PATH, FORM, form(FIELDS), with_port)


def test_http_has_a_default_port_of_its_own():
    with_port = signed("http://mycompany.com:80/sms", FIELDS)
    assert is_genuine(account("http://mycompany.com"), "/sms", FORM, form(FIELDS), with_port)
    wrong = signed("http://mycompany.com:443/sms", FIELDS)
    assert not is_genuine(account("http://mycompany.com"), "/sms", FORM, form(FIELDS), wrong)


def test_another_port_does():
    elsewhere = signed(f"https://mycompany.com:8443{PATH}", FIELDS)
    assert not is_genuine(account(), PATH, FORM, form(FIELDS), elsewhere)
    there = account("https://mycompany.com:8443")
    assert is_genuine(there, PATH, FORM, form(FIELDS), elsewhere)


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_was_altered_is_found_out(name):
    altered = {**FIELDS, name: FIELDS[name] + "1"}
    assert not is_genuine(account(), PATH, FORM, form(altered), FORM_SIGNED)


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_is_missing_or_added_is_found_out(name):
    missing = {k: v for k, v in FIELDS.items() if k != name}
    assert not is_genuine(account(), PATH, FORM, form(missing), FORM_SIGNED)
    added = {**FIELDS, f"{name}2": "1"}
    assert not is_genuine(account(), PATH, FORM, form(added), FORM_SIGNED)


def test_fields_that_we_do_not_know_are_fine_when_signed():
    more = {**FIELDS, "SomethingNew": "2027", "ñ": "日本"}
    right = signed(f"https://mycompany.com{PATH}", more)
    assert is_genuine(account(), PATH, FORM, form(more), right)


@pytest.mark.parametrize(
    "url", ["http://mycompany.com", "https://mycompany.org", "https://mycompany.com.example.org"]
)
def test_another_scheme_or_host_is_found_out(url):
    assert not is_genuine(account(url), PATH, FORM, form(FIELDS), FORM_SIGNED)


@pytest.mark.parametrize("path", ["/myapp.php", "/myapp.php?bar=2&foo=1", "/other?foo=1&bar=2"])
def test_another_path_or_query_is_found_out(path):
    assert not is_genuine(account(), path, FORM, form(FIELDS), FORM_SIGNED)


@pytest.mark.parametrize("signature", ["", " ", "x", FORM_SIGNED[:-2], FORM_SIGNED.lower(), "é"])
def test_without_the_right_header_nothing_is_believed(signature):
    assert not is_genuine(account(), PATH, FORM, form(FIELDS), signature)


def test_another_token_is_found_out():
    assert not is_genuine(replace(account(), token="1234"), PATH, FORM, form(FIELDS), FORM_SIGNED)


def test_a_field_that_stands_there_twice_counts_with_each_value_once():
    twice = [("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "b"), ("From", "+15005550006")]
    right = signed("https://example.org/sms", ImmutableMultiDict(twice))
    by_hand = signed("https://example.org/smsFrom+15005550006MediaUrlaMediaUrlb", {})
    assert right == by_hand
    assert is_genuine(HERE, "/sms", FORM, form(twice), right)
    assert not is_genuine(HERE, "/sms", FORM, form(twice[1:2]), right)


def test_a_text_is_signed_with_its_blanks():
    spaced = {"Body": "  hello \n\t", "From": "+15005550006"}
    right = signed("https://example.org/sms", spaced)
    assert is_genuine(HERE, "/sms", FORM, form(spaced), right)
    assert fields(FORM, form(spaced)) == spaced
    trimmed = {**spaced, "Body": "hello"}
    assert not is_genuine(HERE, "/sms", FORM, form(trimmed), right)


def test_a_nul_is_signed_and_then_left_out():
    with_nul = {"Body": "he\0llo", "From": "+15005550006"}
    right = signed("https://example.org/sms", with_nul)
    assert is_genuine(HERE, "/sms", FORM, form(with_nul), right)
    assert fields(FORM, form(with_nul))["Body"] == "hello"


def test_no_fields_at_all_can_be_signed():
    assert is_genuine(HERE, "/sms", "", b"", signed("https://example.org/sms", {}))


@pytest.mark.parametrize(
    "body", [JSON_BODY + b" ", JSON_BODY.replace(b"true", b"false"), b"", b"{}", b"\xff"]
)
def test_json_that_was_altered_is_found_out(body):
    assert not is_genuine(account(), JSON_PATH, JSON, body, JSON_SIGNED)


def test_json_without_its_hash_in_the_address_is_not_believed():
    right = signed(f"https://mycompany.com{PATH}", {})
    assert not is_genuine(account(), PATH, JSON, JSON_BODY, right)


def test_json_that_comes_as_another_kind_or_is_emptied_is_not_believed():
    assert not is_genuine(account(), JSON_PATH, FORM, b"", JSON_SIGNED)
    assert not is_genuine(account(), JSON_PATH, FORM, form(FIELDS), JSON_SIGNED)
    assert not is_genuine(account(), PATH, "multipart/form-data", form(FIELDS), FORM_SIGNED)


def test_a_hash_that_stands_in_the_address_twice_is_not_believed():
    ours = hashlib.sha256(b"{}").hexdigest()
    path = f"/sms?bodySHA256={ours}&bodySHA256={'0' * 64}"
    assert not is_genuine(HERE, path, JSON, b"{}", signed(f"https://example.org{path}", {}))


# --- what it says -------------------------------------------------------------------------------


def test_a_form_gives_its_fields_as_they_are():
    body = b"Body=a+b%20c%2Bd%26%3D%C3%A9%F0%9F%98%80&Empty=&NumMedia=0"
    expected = {"Body": "a b c+d&=é😀", "Empty": "", "NumMedia": "0"}
    assert fields(FORM, body) == expected


def test_json_gives_its_fields_as_words():
    body = '{"Body": "é", "n": 1, "yes": true, "none": null, "more": {"a": [1]}}'.encode()
    given = fields(JSON, body)
    assert given == {"Body": "é", "n": "1", "yes": "true", "none": "", "more": '{"a": [1]}'}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"Body=%FF"),
        (FORM, b"Body=\xff"),
        (FORM, b"Body"),
        (FORM, b"a=1&&b=2"),
        (FORM, b"&".join(b"a=1" for _ in range(501))),
        (JSON, b""),
        (JSON, b"[]"),
        (JSON, b'"text"'),
        (JSON, b"{"),
        (JSON, b'{"a": "\\ud800"}'),
        (JSON, b'{"a": "\xff"}'),
        (JSON, b'{"a":' * 100_000),
        (JSON, b'{"a": ' + b"9" * 5_000 + b"}"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("text/plain", b"a=1"),
    ],
)
def test_what_is_no_form_and_no_json_object_is_refused(kind, body):
    with pytest.raises(ValueError):  # noqa: PT011 - any kind of it
        fields(kind, body)


@pytest.mark.parametrize("body", [b"Body=1&canary phrase", b"Body=canary%FF"])
def test_what_is_refused_is_not_told_on(body):
    with pytest.raises(ValueError, match="not a form") as fault:
        fields(FORM, body)
    assert "canary" not in repr(fault.value)


@given(
    kind=st.sampled_from([FORM, PLAIN_FORM, JSON, "", "text/plain", "; charset=x"]) | st.text(),
    body=st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode()),
)
def test_whatever_comes_is_fields_or_a_value_error(kind, body):
    try:
        given = fields(kind, body)
    except ValueError:
        return
    assert not any("\0" in name + value for name, value in given.items())
    assert all(value.encode().decode() == value for value in given.values())


@given(
    path=st.text(max_size=40).map(lambda text: f"/{text}"),
    kind=st.sampled_from([FORM, JSON, "", "text/plain"]),
    body=st.binary(max_size=80),
    signature=st.text(max_size=40),
)
def test_whatever_comes_unsigned_is_not_believed_and_breaks_nothing(path, kind, body, signature):
    assert not is_genuine(HERE, path, kind, body, signature)


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1))
def test_any_form_that_is_signed_is_genuine_and_read_in_full(said):
    said = {key: value for key, value in said.items() if _writable(key + value)}
    right = signed("https://example.org/sms", said)
    body = form(said)
    assert is_genuine(HERE, "/sms", FORM, body, right)
    clean = {key.replace("\0", ""): value.replace("\0", "") for key, value in said.items()}
    assert set(fields(FORM, body)) == set(clean)


def _writable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
