import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.edits_said import read_edit
from actions.heard import Entity, Heard
from actions.parts_said import CALLS
from actions.visit_edits import (
    Add,
    Change,
    Choose,
    Clear,
    Move,
    Parts,
    PutBack,
    Remove,
    Swap,
    Undo,
)
from bot.engine.figures import find_figures


def edit(text):
    figures = [Entity(one.entity, one.value, one.start, one.end) for one in find_figures(text)]
    return read_edit(Heard("edit_list", text, tuple(figures)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("remove 2", Remove((2,))),
        ("get rid of 1 and 3", Remove((1, 3))),
        ("take out the last one", Remove((-1,))),
        ("quita la 2", Remove((2,))),
        ("quite la 2 y la 4", Remove((2, 4))),
        ("remove all of them", Clear()),
        ("add can I bring my dog", Add("can I bring my dog")),
        ("please add: do you text?", Add("do you text?")),
        ('add "what if I miss a visit"', Add("what if I miss a visit")),
        ("add a question about my 2 kids", Add("about my 2 kids")),
        ("agrega cuánto cuesta", Add("cuánto cuesta")),
        ("agregue ¿cuánto cuesta?", Add("¿cuánto cuesta?")),
        ("undo that", Undo()),
        ("put back the questions you removed", PutBack()),
        ("move 3 up", Move(3, steps=-1)),
        ("move the third question down", Move(3, steps=1)),
        ("put 5 first", Move(5, to=1)),
        ("move number 5 to the top", Move(5, to=1)),
        ("make the last one the first", Move(-1, to=1)),
        ("move 2 to 5", Move(2, to=5)),
        ("move 4 before 2", Move(4, to=2)),
        ("move 1 before 4", Move(1, to=3)),
        ("move 4 after 1", Move(4, to=2)),
        ("suba la 3", Move(3, steps=-1)),
        ("mueva la 3 al principio", Move(3, to=1)),
        ("ponga la 2 al final", Move(2, to=-1)),
        ("swap 2 and 4", Swap(2, 4)),
        ("intercambie la 2 y la 4", Swap(2, 4)),
        ("intercambiar la 2 y la 4", Swap(2, 4)),
        ("subir la 3", Move(3, steps=-1)),
        ("quitar 2", Remove((2,))),
        ("quitar qué llevar", Parts(off=("bring",))),
        ("change 2 to Can my Sister come?", Change(2, "Can my Sister come?")),
        ("cambie la 2 a ¿puede venir mi hermana?", Change(2, "¿puede venir mi hermana?")),
        ("change what matters to My SLEEP", Change(None, "My SLEEP")),
        ("cambiar lo que me importa: dormir", Change(None, "dormir")),
        ("leave out what to bring", Parts(off=("bring",))),
        ("leave out the call script", Parts(off=CALLS)),
        ("put back the voicemail", Parts(on=("voicemail",))),
        ("add what to bring", Parts(on=("bring",))),
        ("sin el buzón de voz", Parts(off=("voicemail",))),
        ("incluya la llamada al seguro", Parts(on=("call_insurer",))),
        ("only the questions", Parts(off=("bring", "asked", "decline", *CALLS))),
        ("let me choose what goes in", Choose()),
        ("elegir las secciones", Choose()),
        ("change the list", None),
        ("put the question about cost at the top", None),
        ("add", None),
    ],
)
def test_an_edit_is_read_from_a_sentence(text, wanted):
    assert edit(text) == wanted


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("number", "last", Remove((-1,))),
        ("number", "undo", Undo()),
        ("number", "choose", Choose()),
        ("section_in", "bring", Parts(on=("bring",))),
        ("section_out", "notes", Parts(off=("notes",))),
    ],
)
def test_an_edit_is_read_from_a_choice(name, value, wanted):
    assert read_edit(Heard("edit_list", "", (Entity(name, value),))) == wanted


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip() and text[0].isalnum()))
def test_other_words_for_a_question_are_taken_as_they_stand(text):
    assert edit(f"change 2 to: {text}") == Change(2, text.strip())
