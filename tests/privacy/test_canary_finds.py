"""The search for canaries finds what leaks: otherwise finding nothing would say nothing."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from cryptography.fernet import Fernet

from tests.privacy.canary import E164, PHONE, PHRASE, ZIP, in_files, traces

SAID = f"hello, {PHRASE}, call {PHONE}"


@pytest.mark.parametrize(
    "leak",
    [
        SAID.encode(),
        SAID.upper().encode(),
        json.dumps({"text": SAID}).encode(),
        quote(SAID).encode(),
        quote_plus(SAID).encode(),
        *(base64.b64encode(b"x" * n + SAID.encode()) for n in range(3)),
        *(base64.urlsafe_b64encode(b"x" * n + SAID.encode()) for n in range(3)),
        SAID.encode().hex().encode(),
        SAID.encode("utf-16-le"),
    ],
)
def test_words_are_found_in_every_form(leak: bytes) -> None:
    found = traces(b"\x00before" + leak + b"after\xff")
    assert any(trace.startswith("phrase") for trace in found)


@pytest.mark.parametrize("number", [PHONE, "7375550186", E164, "(737) 555-0186", "737 555 0186"])
def test_a_phone_number_is_found_in_every_way_of_writing(number: str) -> None:
    assert traces(f"call={number};".encode())


@pytest.mark.parametrize("place", [f"zip {ZIP}.", f'{{"zip": "{ZIP}"}}', f"?zip={ZIP}&", ZIP])
def test_a_zip_is_found(place: str) -> None:
    assert "zip" in traces(place.encode())


def test_what_is_sealed_and_what_is_something_else_is_not_taken_for_a_leak() -> None:
    sealed = Fernet(Fernet.generate_key()).encrypt(SAID.encode() * 50)
    assert traces(sealed) == []
    assert traces(f"1{ZIP}7 a{ZIP} {ZIP}b".encode()) == []


def test_a_file_that_leaks_is_named_and_old_ones_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    leak = tmp_path / "deep" / "core.dump"
    leak.write_bytes(b"\x00" * 5000 + SAID.encode())
    (tmp_path / "clean.log").write_text("nothing to see")
    assert {found.partition(":")[0] for found in in_files([tmp_path])} == {"core.dump"}
    assert in_files([tmp_path], since=leak.stat().st_mtime + 1) == []
