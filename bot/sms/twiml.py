"""What is answered to a text of theirs, in TwiML.

Twilio has two attributes for hearing how a message of an answer fares, and says of each something
else: ``action`` (current libraries: "where Twilio should send status callbacks") and the older
``statusCallback``. Both are given; the same word twice changes nothing (`Outbox.heard`). What
answers them must be an empty ``<Response/>``: of ``action``, Twilio may carry out what it gets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from twilio.twiml.messaging_response import MessagingResponse  # light, unlike Twilio's client

from bot.sms.account import STATUS, Account

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def answer(bodies: Sequence[tuple[str, str]], account: Account) -> str:
    """``bodies`` are texts, each with the id of its row, or "" where no row tells of it; with none
    the answer is empty.

    Twilio does not promise the order of several.
    """
    response = MessagingResponse()
    for body, text in bodies:
        written = _NOT_XML.sub("", body)
        if not text:
            response.message(written)
            continue
        heard_at = status_url(account, text)
        response.message(written, action=heard_at, method="POST", status_callback=heard_at)
    return str(response.to_xml())


def status_url(account: Account, text: str) -> str:
    """Where Twilio says how the text of that row fares."""
    return f"{account.url(STATUS)}?{urlencode({'text': text})}"
