"""STOP, HELP, START and the like (R12): every word, however it is written, and nothing else."""

from __future__ import annotations

import itertools

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.sms.keywords import Keyword, load_keywords
from guardrails.catalogue import CatalogueError
from guardrails.types import DANGER, Outcome
from tests.bot.edge import DATA, SCREENER

KEYWORDS = load_keywords(DATA / "content")
WORDS = [(word, keyword) for keyword, words in KEYWORDS.lists.items() for word in words]
MANDATORY = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
CASES = {
    "as it is": str,
    "lower": str.lower,
    "title": str.title,
    "mixed": lambda word: "".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(word)),
    "full width": lambda word: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word.upper()
    ),
    "accents taken apart": lambda word: word.replace("Ñ", "N\u0303").replace("É", "E\u0301"),
}
AROUND = [
    *(
        "{}",
        " {} ",
        "{}.",
        "{}!!",
        "{}?",
        "“{}”",
        "'{}'",
        "«{}»",
        "({})",
        "¡{}!",
        "{}\n",
        "\n{}\r\n",
    ),
    *("{} 🛑", "🙏{}🙏", "{}…", "- {}", "*{}*", "{},", "{} ✋🏽"),
    *("\u200b{}\u200b", "\ufeff{}", "\u202e{}"),  # marks that nobody sees
]


def test_the_words_that_law_and_carriers_name_are_all_there():
    assert set(MANDATORY) | {"OPT OUT"} <= set(KEYWORDS.lists[Keyword.STOP])
    assert KEYWORDS.lists[Keyword.START] == ("START", "UNSTOP"), "not YES"
    assert {"HELP", "INFO"} <= set(KEYWORDS.lists[Keyword.HELP])


@pytest.mark.parametrize(("word", "keyword"), WORDS)
def test_r12_each_word_in_any_case_with_anything_around_it(word, keyword):
    for case, around in itertools.product(CASES, AROUND):
        text = around.format(CASES[case](word))
        assert KEYWORDS.of(text) is keyword, (case, text)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("S T O P", Keyword.STOP),
        ("S.T.O.P.", Keyword.STOP),
        ("stop stop stop", Keyword.STOP),
        ("STOP-ALL", Keyword.STOP),
        ("please stop", Keyword.STOP),
        ("stop por favor", Keyword.STOP),
        ("ok stop now", Keyword.STOP),
        ("st\u00adop", Keyword.STOP),
        ("more please", Keyword.MORE),
        ("mas por favor", Keyword.MORE),
        ("espanol", Keyword.SPANISH),
        ("Español por favor", Keyword.SPANISH),
        ("ingles", Keyword.ENGLISH),
        ("ayuda", Keyword.HELP),
    ],
)
def test_as_people_write_them(text, keyword):
    assert KEYWORDS.of(text) is keyword


@pytest.mark.parametrize(
    "text",
    [
        *("stop it hurts", "make it stop", "end it all", "I want to quit life", "help me"),
        *("no quiero parar", "quiero parar de sufrir", "please help", "help please", "please end"),
        *("end now", "YES", "yes", "fin", "basta", "terminar", "salir", "ya", "start over"),
        *(
            "please start",
            "END 🔪",
            "stop 💊",
            "quit 🔫🔫",
            "help 💀",
            "stop 2",
            "stopping",
            "ends",
        ),
        *("2", "", "   ", "🛑", "...", "no", "information", "s t o", "cancel my visit", "moreno"),
        *("unstoppable", "st op", "help" * 30, "STOP " * 30),
    ],
)
def test_anything_else_is_only_text(text):
    assert KEYWORDS.of(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("end it all", "en"),
        ("make it stop", "en"),
        ("I want to quit life", "en"),
        ("please make it all stop", "en"),
        ("i want to stop living", "en"),
        ("ya no puedo más", "es"),
        ("quiero terminar con todo", "es"),
        ("no quiero seguir viviendo", "es"),
    ],
)
def test_r7_words_of_danger_that_look_like_an_order_are_heard_as_danger(text, language):
    assert KEYWORDS.of(text) is None
    assert SCREENER.screen(text, language).outcome in DANGER | {Outcome.CHECK_IN}


@pytest.mark.parametrize(
    ("body", "told"), itertools.product(["hello", "STOP", "", "more"], Keyword)
)
def test_what_twilio_has_acted_on_counts_whatever_the_text_is(body, told):
    if told in (Keyword.STOP, Keyword.START, Keyword.HELP):
        assert KEYWORDS.of(body, told.value.upper()) is told
    else:
        assert KEYWORDS.of(body, told.value.upper()) is KEYWORDS.of(body)


@given(st.text())
def test_no_text_breaks_it(text):
    assert KEYWORDS.of(text) is None or isinstance(KEYWORDS.of(text), Keyword)


@given(st.sampled_from(WORDS), st.text(alphabet="abcdefghijk", min_size=1, max_size=8))
def test_a_word_more_is_a_word_too_many(word, other):
    polite = {"please", "ok", "now", "bro"}
    joined = {said.replace(" ", "") for said in KEYWORDS.words}
    if other in polite or f"{word[0].lower()} {other}" in KEYWORDS.words or other in joined:
        return
    assert KEYWORDS.of(f"{word[0]} {other}") is None


@pytest.mark.parametrize(
    ("key", "value"), [("polite", []), ("keywords", {"stop": ["STOP"]}), ("reviewed_on", "soon")]
)
def test_a_file_that_lacks_something_is_refused(tmp_path, key, value):
    document = yaml.safe_load((DATA / "content" / "sms" / "keywords.yml").read_text("utf-8"))
    document["reviewed_on"] = str(document["reviewed_on"])
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "keywords.yml").write_text(yaml.safe_dump({**document, key: value}))
    with pytest.raises(CatalogueError):
        load_keywords(tmp_path)
