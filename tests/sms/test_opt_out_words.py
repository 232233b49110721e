"""Wanting no more texts in words of one's own (R12: by any reasonable means), and what is not."""

from __future__ import annotations

import pytest

from bot.sms.keywords import Keyword, load_keywords
from guardrails.screen import load_screener
from guardrails.types import DANGER, Context, Outcome
from tests.bot.edge import DATA

SCREENER = load_screener()
KEYWORDS = load_keywords(DATA / "content")
ENGLISH = [
    "please stop texting me",
    "remove me",
    "You have the wrong number",
    "this is not Maria, wrong number",
    "Would you be so good as to stop these text messages, I am not able to keep up with them",
    "Please refrain from contacting this number going forward.",
    "I hereby revoke permission to contact me at this number",
    "abeg no text me again",
    "kindly do the needful and remove my number",
    "Please to not send SMS",
    "pls no mor txts",
    "stp txting me",
    "ya'll need to quit blowing up my phone",
    "ok u can stop texting now i got a counselor",
    "I'm 82 and did not ask for this, how do I get these off my phone",
    "my kid has this phone now don't text it",
    "STOP texting my daughter's phone",
    "I want to opt out",
    "unsubscribe me pls",
    "i already texted stop",
    "no more",
    "please stop",
]
SPANISH = [
    "no más",
    "ya no me manden mensajes",
    "Señorita, por favor ya no me mande recados al celular",
    "Le solicito que no me contacte más.",
    "dejadme de enviar mensajes",
    "no me enviéis más mensajes",
    "xfa ya no manden msjs",
    "no kiero q me manden nada",
    "sáquenme de su lista",
    "quítenme de la lista",
    "elimine mi número de su sistema",
    "ya no ocupo que me escriban",
    "se equivocó de número",
    "no soy María, se equivocaron",
    "mi nieto tiene este teléfono, no escriban",
    "revoco mi permiso",
    "baja por favor",
]
NONE = [
    *("leave me alone", "just leave me be", "wrong number", "no reminder please", "no thanks"),
    *("my ex won't stop texting me", "she never texts me back", "I can't stop texting my ex"),
    *(
        "you gave me the wrong number",
        "take me off the waitlist",
        "cancel my visit",
        "no more pain",
    ),
    *("they removed me from the program", "how do I stop a panic attack", "not interested in meds"),
]
NADA = [
    *("no quiero parar", "mi ex no deja de escribirme", "quítenme de la lista de espera"),
    *("no contesta nadie en la clínica", "me dieron un número equivocado", "basta", "ya"),
    *("no quiero seguir con la medicina", "estoy de baja por depresión", "número equivocado"),
]


def ends_texts(text: str, language: str) -> bool:
    if KEYWORDS.of(text) is Keyword.STOP:
        return True
    return SCREENER.screen(text, language).outcome is Outcome.OPT_OUT


@pytest.mark.parametrize("text", ENGLISH)
def test_r12_said_in_english(text):
    assert ends_texts(text, "en")


@pytest.mark.parametrize("text", SPANISH)
def test_r12_said_in_spanish_whatever_was_spoken(text):
    assert ends_texts(text, "es")
    assert ends_texts(text, "en")


@pytest.mark.parametrize("text", NONE)
def test_not_meant_for_us_in_english(text):
    assert not ends_texts(text, "en")


@pytest.mark.parametrize("text", NADA)
def test_not_meant_for_us_in_spanish(text):
    assert not ends_texts(text, "es")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("stop texting me, i'm going to kill myself tonight", "en"),
        ("unsubscribe me from life", "en"),
        ("I want to opt out of life", "en"),
        ("ya no me escriban, me voy a matar", "es"),
    ],
)
def test_r7_danger_outranks_it(text, language):
    assert SCREENER.screen(text, language).outcome in DANGER | {Outcome.CHECK_IN}


@pytest.mark.parametrize(
    ("text", "language"), [("wrong number", "en"), ("número equivocado", "es")]
)
def test_a_wrong_number_is_an_opt_out_after_a_notice_and_a_wrong_listing_otherwise(text, language):
    def heard(asked: str) -> Outcome:
        return SCREENER.screen(text, language, Context(asked)).outcome

    assert heard("reminder.visit") is Outcome.OPT_OUT
    assert heard("reminder.reached") is Outcome.NONE
    assert heard("find.results.zip") is Outcome.NONE
