"""What is answered in TwiML: well-formed whatever a text holds, and heard of again by its row."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from bot.sms.twiml import answer, status_url
from tests.sms.twilio_vectors import account

HERE = account("https://example.org")


def messages(xml):
    response = ElementTree.fromstring(xml.encode())
    assert response.tag == "Response"
    return list(response)


def test_nothing_to_say_is_an_empty_response():
    assert messages(answer([], HERE)) == []
    assert answer([], HERE).startswith('<?xml version="1.0" encoding="UTF-8"?>')


def test_a_text_is_one_message_whose_status_names_its_row():
    (message,) = messages(answer([("Hello", "0a1b")], HERE))
    assert (message.tag, message.text) == ("Message", "Hello")
    where = "https://example.org/sms/status?text=0a1b"
    assert message.attrib == {"action": where, "statusCallback": where, "method": "POST"}
    assert status_url(HERE, "0a1b") == where


def test_several_texts_keep_their_order_and_each_its_row():
    found = messages(answer([("one", "1"), ("two", "2")], HERE))
    assert [(m.text, m.attrib["action"][-1]) for m in found] == [("one", "1"), ("two", "2")]


def test_signs_that_xml_knows_are_only_text():
    body = '<Response>&amp; "it\'s" </Message><Redirect>http://example.org</Redirect> é 😀 ñ'
    (message,) = messages(answer([(body, "1")], HERE))
    assert message.text == body
    assert len(message) == 0


def test_lines_and_blanks_stay_and_what_xml_cannot_hold_goes():
    (message,) = messages(answer([(" a\n\tb \x00\x0b\x1b\ufffe\uffff\ud800c", "1")], HERE))
    assert message.text == " a\n\tb c"


@given(st.text(st.characters(), min_size=1))
def test_any_text_makes_well_formed_xml(body):
    (message,) = messages(answer([(body, "1")], HERE))
    held = set(body)
    assert set(message.text or "") <= held | {"\n"}
