from datetime import date
from pathlib import Path

import pytest

from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser

CONTENT = Path(__file__).resolve().parents[2] / "data" / "content"
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def releaser():
    return Releaser(
        load_catalogue(CONTENT), load_helplines(CONTENT / "helplines.yml", TODAY), lambda: TODAY
    )


def lines(releaser, language="en", **facts):
    card = {
        "type": "provider", "npi": "1000000004", "name": "Sample Maple", "credential": "LCSW",
        "role": "social_worker", "city": "Austin", "state": "TX", "phone": "5125550100",
        "accepts": ["aetna", "self_pay"], "languages": None, "formats": None,
        "new_patients": None, "verified_on": "2026-11-01", "source": "sample", "sample": True,
    }  # fmt: skip
    draft = {"message": "find.more", "slots": {"shown": 1, "total": 1}, "cards": [card | facts]}
    return releaser.release(draft, language).cards[0]["lines"]


@pytest.mark.parametrize(
    ("miles", "said"),
    [
        (0.0, "Austin, TX, less than a mile away"),
        (0.9, "Austin, TX, less than a mile away"),
        (1.0, "Austin, TX, about 1 mile away"),
        (2.4, "Austin, TX, about 2.4 miles away"),
        (None, "Austin, TX"),
    ],
)
def test_a_distance_reads_as_people_say_it(releaser, miles, said):
    assert said in lines(releaser, miles=miles)


def test_ways_to_pay_read_as_a_list_of_names(releaser):
    assert "Says it takes: Aetna and self-pay" in lines(releaser)
    assert "Dice que acepta: Aetna y pago directo" in lines(releaser, language="es")
