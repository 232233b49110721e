"""The language of a web chat: by what is written, by what is asked for, and back again."""

import pytest

from bot.hub import Speaking
from bot.language import Choosing
from tests.bot.edge import QUESTION, ids

SPANISH = "necesito ayuda para encontrar a alguien que hable con mi hijo"
ENGLISH = "i need help to find someone for my daughter please"


async def language_of(edge) -> str:
    return (await edge.record.load(edge.session.conversation)).session.language


async def test_who_writes_in_spanish_is_answered_in_spanish_and_told_so(edge):
    await edge.begin()
    with edge.turn.hub.listening(edge.session.conversation) as heard:
        said = await edge.say(SPANISH)
        events = [heard.get_nowait() for _ in range(heard.qsize())]
    assert ids(said) == ["language.now", "about.can_do"]
    assert said[0].text == "Seguimos en español."
    assert [offer.label for offer in said[0].offers] == ["Back to English"]
    assert edge.engine.asked[-1]["language"] == "es"
    assert Speaking("es") in events
    assert await language_of(edge) == "es"


async def test_it_is_said_once_and_one_word_of_the_other_language_changes_nothing(edge):
    await edge.begin()
    await edge.say(SPANISH)
    assert ids(await edge.say("busco en Houston, tengo Medicaid")) == ["about.can_do"]
    assert ids(await edge.say("necesito un appointment")) == ["about.can_do"]
    assert await language_of(edge) == "es"


async def test_who_turns_back_is_not_turned_again_until_they_ask(edge):
    await edge.begin()
    edge.engine.asking = QUESTION
    [now, *_] = await edge.say(SPANISH)
    back = await edge.say(choice=f"{now.id}-0")
    assert [(m.message, m.text) for m in back[:1]] == [("language.now", "We go on in English.")]
    assert ids(back) == ["language.now", "find.ask_place"]
    assert ids(await edge.say(SPANISH))[0] != "language.now"
    assert await language_of(edge) == "en"
    assert ids(await edge.say("¿hablas español?"))[0] == "language.now"
    assert await language_of(edge) == "es"


async def test_asking_for_a_language_is_answered_at_once_and_the_question_comes_back(edge):
    await edge.begin()
    edge.engine.asking = QUESTION
    await edge.say("find me a therapist")
    asked = len(edge.engine.asked)
    assert ids(await edge.say("Can we do Spanish, please?")) == ["language.now", "find.ask_place"]
    assert len(edge.engine.asked) == asked


async def test_danger_is_answered_in_the_language_it_was_said_in_and_nothing_is_said_of_it(edge):
    await edge.begin()
    said = await edge.say("quiero matarme, ya no puedo más, por favor ayuda")
    assert ids(said) == ["safety.suicide_self_harm"]
    assert "llame" in said[0].text.casefold()
    assert await language_of(edge) == "en"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hola, ¿hablas español?", "es"),
        ("No hablo inglés", "es"),
        ("in spanish please", "es"),
        ("puede escribirme en español por favor", "es"),
        ("can we do english", "en"),
        ("en inglés por favor", "en"),
        ("someone who speaks spanish", None),
        ("busco una psicóloga que hable español", None),
        ("is there an english speaking therapist in Quito", None),
    ],
)
def test_what_asks_for_a_language_and_what_asks_for_a_provider(text, wanted):
    assert Choosing().asked_for(text, asking=False) == wanted


def test_while_a_question_waits_the_bare_name_of_a_language_answers_it():
    assert Choosing().asked_for("spanish please", asking=True) is None
    assert Choosing().asked_for("can we speak spanish", asking=True) == "es"
