"""The card of one provider that was shown before."""

from directory.cards import card_of
from directory.records import Location
from tests.directory.making import a_provider, keep


def test_it_is_of_the_office_whose_number_was_shown(engine):
    near = Location("1 Main St", "Oakland", "CA", "94601", "5105550142")
    far = Location(city="Reno", state="NV", phone="7755550143")
    keep(engine, a_provider(1, locations=(near, far)))
    assert card_of(engine, 1)["city"] == "Oakland"
    assert card_of(engine, 1, "7755550143")["city"] == "Reno"
    assert card_of(engine, 1, "5005550000")["city"] == "Oakland"


def test_a_provider_without_a_place_has_a_card_too(engine):
    keep(engine, a_provider(1, locations=()))
    card = card_of(engine, 1)
    assert (card["name"], card["phone"]) == ("Sample 1", None)


def test_one_that_is_gone_has_none(engine):
    assert card_of(engine, 99) is None
