"""Which name and place a message asks for."""

import pytest

from actions.find_by_name import name_in, place_in
from actions.heard import Heard
from tests.actions.conversation import Conversation, ids


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('do you have "Sample Maple Therapy 3"?', "Sample Maple Therapy 3"),
        ("do you have Sample Maple Therapy 3?", "Sample Maple Therapy 3"),
        ("is there a therapist named sample maple in austin", "sample maple"),
        ("is there a Dr. Maple in Austin?", "Maple"),
        ("im looking for a clinic called sample willow group", "sample willow group"),
        ("a counselor by the name of Maple O'Sample please", "Maple O'Sample"),
        ("is Sample Cedar Counseling on your list?", "Sample Cedar Counseling"),
        ("busco a la doctora Arce Muestra en Miami", "Arce Muestra"),
        ("tienen una clínica llamada Muestra del Arce?", "Muestra del Arce"),
        ("look up Sample Birch Clinic", "Sample Birch Clinic"),
        ("a place named '; drop table providers;--", "'; drop table providers"),
    ],
)
def test_the_name_is_what_comes_after_the_asking(said: str, name: str) -> None:
    assert name_in(said) == name


@pytest.mark.parametrize(
    "said",
    ["do you have a list", "is there someone nice", "find me a therapist", "named", "called 7",
     "a doctor named https://example.org", "is there", "called 'stop taking your pills'", "🙂"],
)  # fmt: skip
def test_without_a_plain_name_there_is_none(said: str) -> None:
    assert name_in(said) is None


def test_a_place_beside_the_name_is_where_to_look() -> None:
    said = Heard("find_by_name", "is there a Dr. Maple in Austin, TX?")
    assert place_in(said) == {"city": "Austin", "state": "TX"}
    assert place_in(Heard("find_by_name", "is Sample Maple in your list?")) is None
    assert place_in(Heard("find_by_name", "a clinic called sample maple")) is None


async def test_a_provider_is_found_by_name_and_search_goes_on_from_there(
    talk: Conversation,
) -> None:
    [found] = await talk.says("do you have a clinic named sample maple?", "find_by_name")
    assert found["message"] == "find.results.name"
    assert [card["name"] for card in found["cards"]] == ["Sample Maple Psychiatry"]
    assert ids(await talk.says("more", "more_results")) == ["find.no_more"]
    said = await talk.says("find a therapist near 94110", "find_provider")
    assert ids(said) == ["find.ask_payment"]
    for _ in ("payment", "format"):
        await talk.takes("skip")
    assert ids(await talk.takes("skip")) == ["find.results.zip"]


async def test_pages_of_a_name_go_on(talk: Conversation) -> None:
    [found] = await talk.says('do you have "sample"?', "find_by_name")
    [more] = await talk.says("more", "more_results")
    names = [card["name"] for card in (*found["cards"], *more["cards"])]
    assert len(set(names)) == 6


async def test_a_name_nobody_has_and_no_name_are_told(talk: Conversation) -> None:
    assert ids(await talk.says("a therapist named Zyx Nobody", "find_by_name")) == [
        "find.none_named"
    ]
    assert ids(await talk.says("do you have her", "find_by_name")) == ["find.which_name"]


async def test_a_name_in_the_middle_of_a_form_keeps_its_question(talk: Conversation) -> None:
    await talk.says("find me a therapist", "find_provider")
    said = await talk.says("is there a therapist named Linden?", "find_by_name")
    assert ids(said) == ["find.results.name", "find.ask_place"]
    for answer in ("94110", "skip", "skip"):
        await talk.says(answer, "skip" if answer == "skip" else "inform")
    [results] = await talk.takes("skip")
    assert results["message"] == "find.results.zip"
