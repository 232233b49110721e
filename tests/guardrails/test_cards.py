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


CARD = {
    "type": "provider", "id": 7, "npi": "1000000004", "name": "Sample Maple", "credential": "LCSW",
    "role": "social_worker", "organization": None, "website": None, "address": "12 Sample Street",
    "city": "Austin", "state": "TX", "zip": "78701", "phone": "5125550100",
    "accepts": ["aetna", "self_pay"], "languages": None, "formats": None, "age_groups": None,
    "identities": None, "times": None, "access": None, "new_patients": None,
    "verified_on": "2026-11-01", "sources": ["sample"], "sample": True, "doubts": [], "fit": {},
}  # fmt: skip
HERE = "12 Sample Street, Austin, TX 78701"


def released(releaser, language="en", **facts):
    draft = {"message": "card.and", "cards": [CARD | facts]}
    return releaser.release(draft, language).cards[0]


def lines(releaser, language="en", **facts):
    return released(releaser, language, **facts)["lines"]


@pytest.mark.parametrize(
    ("miles", "said"),
    [
        (0.0, f"{HERE}, less than a mile away"),
        (0.9, f"{HERE}, less than a mile away"),
        (1.0, f"{HERE}, about 1 mile away"),
        (2.4, f"{HERE}, about 2.4 miles away"),
        (None, HERE),
    ],
)
def test_a_person_can_go_there_and_knows_how_far_it_is(releaser, miles, said):
    assert said in lines(releaser, miles=miles)


def test_ways_to_pay_read_as_a_list_of_names(releaser):
    assert "Says it takes: Aetna and self-pay" in lines(releaser)
    assert "Dice que acepta: Aetna y pago directo" in lines(releaser, language="es")


def test_a_card_says_how_it_fits_what_was_asked_each_thing_once(releaser):
    said = lines(
        releaser,
        accepts=["aetna", "cigna"],
        times=["evening"],
        formats=["in_person", "online"],
        asked={
            "payers": ["aetna"],
            "languages": ["spanish"],
            "times": ["weekend"],
            "format": ["online"],
        },
        fit={
            "payers": "yes",
            "languages": "unknown",
            "times": "no",
            "format": "yes",
            "new_patients": "unknown",
        },
    )
    assert said == [
        "Role: clinical social worker",
        HERE,
        "Fits what you asked: Aetna and online",
        "Does not fit: weekend visits",
        "Offers: evening visits",
        "Not known: Spanish and new people",
    ]


def test_one_of_several_payers_is_enough_and_of_identities_each_counts(releaser):
    said = lines(
        releaser,
        identities=["woman"],
        asked={"payers": ["aetna", "cigna"], "identities": ["woman", "lgbtq"]},
        fit={"payers": "yes", "identities": "unknown"},
    )
    assert "Fits what you asked: Aetna and a woman" in said
    assert "Not known: LGBTQ+ affirming, languages, online or in person and new people" in said


def test_without_a_question_what_is_not_known_is_said_in_one_line(releaser):
    assert lines(releaser, accepts=None)[-1] == (
        "Not known: payment, languages, online or in person and new people"
    )
    assert lines(releaser, "es", accepts=None)[-1] == (
        "No se sabe: pago, idiomas, en línea o en persona y personas nuevas"
    )


def test_of_a_plan_that_does_not_fit_the_others_are_told(releaser):
    said = lines(releaser, asked={"payers": ["cigna"]}, fit={"payers": "no"})
    assert said[2:4] == ["Does not fit: Cigna", "Says it takes: Aetna and self-pay"]


def test_many_values_are_counted_and_not_all_told(releaser):
    said = lines(releaser, accepts=["aetna", "cigna", "humana", "kaiser", "medicaid", "molina"])
    assert "Says it takes: Aetna, Cigna, Humana and 3 more" in said


@pytest.mark.parametrize(
    ("doubt", "said"),
    [
        ("number", "Some people told us this number did not work"),
        ("new_patients", "Some people told us it is not taking new people"),
        ("payer.aetna", "Some people told us it does not take Aetna"),
    ],
)
def test_what_several_people_reported_is_told_as_their_word(releaser, doubt, said):
    assert said in lines(releaser, doubts=[doubt])


def test_a_doubted_fact_is_not_claimed_in_another_line(releaser):
    said = lines(
        releaser,
        new_patients=True,
        doubts=["new_patients", "payer.aetna"],
        asked={"payers": ["aetna"]},
        fit={"payers": "unknown", "new_patients": "no"},
    )
    text = "\n".join(said)
    assert text.count("Aetna") == 1
    assert text.count("new people") == 1
    assert "Says it takes: self-pay" in said


def test_the_website_is_a_link_that_says_where_it_goes(releaser):
    card = released(releaser, website="http://www.maple.example.org/visit?a=1#top")
    assert card["actions"][1] == {
        "label": "Website: maple.example.org",
        "href": "https://www.maple.example.org/visit?a=1",
    }


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "https://user@example.org",
        "https://example.org:8443/", "https://127.0.0.1/", "localhost", "https://exаmple.org",
        "https://xn--exmple-4nf.org", "https://example.org/<script>", "n/a", "", 7, None,
        "https://[::1/", "see our page example.org", "https://" + "a" * 300 + ".org",
    ],
)  # fmt: skip
def test_what_is_no_plain_site_is_no_link(releaser, written):
    assert len(released(releaser, website=written)["actions"]) == 1


def test_an_address_that_acts_is_cleaned_and_one_that_speaks_is_left_out(releaser):
    cleaned = lines(
        releaser, address="12 Sample Street <b>www.example.org 512-555-0100</b> Suite 4"
    )
    assert f"12 Sample Street Suite 4, {HERE.partition(', ')[2]}" in cleaned
    assert "Austin, TX 78701" in lines(releaser, address="Stop taking your pills")
    assert "10801 6789 Road, Austin, TX 78701" in lines(releaser, address="10801 6789 Road")


def test_an_organization_that_may_not_be_shown_takes_no_card_with_it(releaser):
    said = lines(releaser, organization="You have depression")
    assert not any(line.startswith("Works at") for line in said)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (["nppes"], "From: the national NPI list."),
        (["own-list:north"], "From: the clinic's own list."),
        (["plan-net:aetna", "nppes"], "From: a health plan's directory and the national NPI list."),
        (["findtreatment"], "From: SAMHSA's FindTreatment.gov."),
        (["hsds:county", "hsds:city"], "From: a community services list (211)."),
        (["something new", "else"], "From: another list."),
    ],
)
def test_a_card_says_where_it_comes_from_in_plain_words(releaser, sources, said):
    note = released(releaser, sources=sources, sample=False)["note"]
    assert said in note
    assert note.endswith("Call to confirm. We do not rate or recommend anyone.")


def test_a_listing_not_checked_for_90_days_says_so(releaser):
    assert "90 days" in released(releaser, verified_on="2026-08-01")["note"]
    assert "90 days" not in released(releaser, verified_on="2026-08-31")["note"]


def test_a_full_card_is_short(releaser):
    card = released(
        releaser,
        organization="Sample Maple Group",
        miles=12.3,
        accepts=["aetna", "cigna", "humana", "kaiser", "medicaid"],
        languages=["english", "spanish"],
        formats=["in_person", "online"],
        new_patients=True,
        asked={"payers": ["aetna"], "languages": ["spanish"]},
        fit={"payers": "yes", "languages": "yes", "new_patients": "yes"},
        sources=["nppes"],
        sample=False,
    )
    text = " ".join([card["title"], *card["lines"], card["note"]])
    assert len(text.split()) <= 60, text


def test_who_is_in_with_none_of_our_roles_is_said_to_do_something_else(releaser):
    assert "Role: not mental health care" in lines(releaser, role="other")
