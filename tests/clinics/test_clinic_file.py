"""A clinic's file: what is taken from it, and how its faults are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app import DATA
from bot.clinic import HandoffWay
from bot.clinic_file import ClinicError, read_clinic
from bot.handoff.hours import ALWAYS

PLAIN: dict[str, Any] = {"name": "Elm Clinic", "country": "US", "languages": ["en"], "origins": []}


def write(folder: Path, document: Any, name: str = "elm.yml") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document), "utf-8")
    return path


def faults(folder: Path, **change: Any) -> list[str]:
    with pytest.raises(ClinicError) as caught:
        read_clinic(write(folder, {**PLAIN, **change}))
    assert all(fault.startswith("elm.yml: ") for fault in caught.value.faults)
    assert not any("\n" in fault for fault in caught.value.faults)
    return [fault.removeprefix("elm.yml: ") for fault in caught.value.faults]


def test_the_least_that_a_clinic_says_is_enough(tmp_path: Path) -> None:
    clinic = read_clinic(write(tmp_path, PLAIN))
    assert (clinic.key, clinic.name, clinic.languages) == ("elm", "Elm Clinic", ("en",))
    assert (clinic.origins, clinic.providers, clinic.retention_days) == ((), "all", 30)
    assert (clinic.colours, clinic.hours, clinic.handoff) == (None, None, None)


def test_all_that_a_clinic_can_say_is_taken(tmp_path: Path) -> None:
    clinic = read_clinic(
        write(
            tmp_path,
            {
                **PLAIN,
                "languages": ["es", "en"],
                "state": "TX",
                "phone": "+15125550100",
                "origins": ["https://Elm.example", "http://localhost:3000"],
                "colours": {"accent": "#f00"},
                "greeting": {"es": " Hola. ¿Qué busca? ".replace("¡", "")},
                "providers": "ours_first",
                "provider_source": "own-list:elm",
                "hours": {"timezone": "America/Chicago", "weekly": "always"},
                "handoff": {
                    "to": "webhook",
                    "reply_hours": 4,
                    "webhook": {"url": "https://elm.example/in", "secret_env": "ELM_SECRET"},
                },
                "retention_days": 0,
                "pages": {"/teens": {"topic": "psychiatrist"}},
            },
        )
    )
    assert clinic.origins == ("https://elm.example", "http://localhost:3000")
    assert clinic.colours is not None
    assert clinic.colours.accent == "#ff0000"
    assert clinic.greeting == {"es": "Hola. ¿Qué busca?"}
    assert clinic.hours is not None
    assert clinic.hours.weekly == ALWAYS
    assert clinic.handoff == HandoffWay(
        "webhook",
        reply_hours=4,
        webhook_url="https://elm.example/in",
        webhook_secret_env="ELM_SECRET",
    )
    assert (clinic.retention_days, clinic.pages) == (0, {"/teens": "psychiatrist"})


def test_the_clinic_of_a_fresh_clone_hands_off_to_the_staff_pages_at_any_hour() -> None:
    demo = read_clinic(DATA / "clinics" / "demo.yml")
    assert demo.handoff == HandoffWay("staff")
    assert demo.hours is not None
    assert demo.hours.weekly == ALWAYS
    assert (demo.providers, demo.retention_days, demo.origins) == ("all", 30, ())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colors": {}}, "colors: not a setting; did you mean colours?"),
        ({"handoff": {"to": "staff", "replyhours": 3}}, "did you mean reply_hours?"),
        ({"zzz": 1}, "zzz: not a setting; it is one of name, country"),
        ({"country": "usa"}, "country: 'usa': give two capital letters, such as US"),
        ({"country": None}, "country: None: give two capital letters"),
        ({"phone": 5125550100}, "phone: 5125550100: give ten digits in quotes"),
        ({"languages": ["fr"]}, "languages.0: 'fr': give a list of en, es"),
        ({"languages": []}, "languages: []: give a list of en, es"),
        ({"origins": None}, "origins: None: give a list in [ ]"),
        ({"origins": ["*"]}, "origins: '*': name each site; there is no wildcard"),
        ({"origins": ["http://elm.example"]}, "https://elm.example"),
        ({"origins": ["https://elm.example/"]}, "without a path or slash: https://elm.example"),
        ({"colours": {}}, "colours: 'accent' is missing"),
        ({"colours": {"accent": "#fff"}}, "would do"),
        ({"colours": {"accent": None}}, "colours: None is not a colour"),
        ({"colours": {"accent": "#f00", "on_accent": "#e00"}}, "on_accent: #ee0000 on #ff0000"),
        ({"greeting": {"es": "Hola."}}, "greeting.es: not one of the clinic's languages"),
        ({"greeting": {"en": "a " * 101}}, "greeting.en: 202 characters; at most 200"),
        ({"greeting": {"en": " "}}, "greeting.en: is empty"),
        ({"greeting": {"en": "<b>Hello.</b>"}}, "plain text"),
        ({"greeting": {"en": "One.\nTwo."}}, "greeting.en: one line of plain text"),
        ({"greeting": {"en": "Visit elm.org now."}}, "'elm.org': plain text, without links"),
        ({"greeting": {"en": "Hi, I'm a nurse."}}, "it is software and not a clinician"),
        ({"greeting": {"en": "Hello! Welcome."}}, "'!': no false cheer"),
        ({"providers": "ours"}, "providers: 'ours': give one of all, ours_first, only_ours"),
        ({"providers": "only_ours"}, "provider_source: is missing"),
        ({"handoff": {"to": "fax"}}, "handoff.to: 'fax': give one of staff, webhook"),
        ({"handoff": {"to": "phone"}}, "handoff.phone: is missing"),
        ({"handoff": {"to": "staff", "bridge": True}}, "handoff.bridge: is for `to: phone` only"),
        (
            {"handoff": {"to": "phone", "phone": "5125550100", "bridge": True}},
            "handoff.bridge: needs phone_from, phone_name, phone_title",
        ),
        ({"handoff": {"to": "staff", "bridge": "yes"}}, "handoff.bridge: 'yes': give true"),
        ({"handoff": {"to": "staff", "phone_name": "7"}}, "handoff.phone_name: '7': give a first"),
        ({"handoff": {"to": "webhook"}}, "handoff.webhook: is missing"),
        (
            {
                "handoff": {
                    "to": "webhook",
                    "webhook": {"url": "http://elm.example", "secret_env": "ELM"},
                }
            },
            "handoff.webhook.url: 'http://elm.example': give an https address",
        ),
        ({"retention_days": -1}, "retention_days: -1: give whole days from 0"),
        ({"hours": {"timezone": "Texas"}}, "hours: timezone: 'Texas' is not a time zone"),
        ({"pages": {"teens": {"topic": "x"}}}, "give paths with a topic"),
        ({"name": "Elm <b>Clinic</b>"}, "name: 'Elm <b>Clinic</b>' can't be shown as it is"),
    ],
)
def test_a_fault_is_told_in_one_line_with_its_mend(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    (fault,) = faults(tmp_path, **change)
    assert told in fault


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        country="usa",
        phone="1",
        hours={"timezone": "Texas"},
        colours={"accent": "red"},
        origins=["https://*.elm.example", "elm.example"],
    )
    starts = ("country", "phone", "colours", "hours: timezone", "origins", "origins")
    assert len(told) == len(starts)
    assert all(any(fault.startswith(start) for fault in told) for start in starts)


@pytest.mark.parametrize("text", ["", "[]", "name: [", "a: 1\n\tb: 2", "\x00"])
def test_a_file_that_is_not_a_clinic_at_all_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(ClinicError) as caught:
        read_clinic(write(tmp_path, text))
    (fault,) = caught.value.faults
    assert "\n" not in fault


def test_the_name_of_a_file_is_a_key_fit_for_addresses(tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match="the file's name is the clinic's key"):
        read_clinic(write(tmp_path, PLAIN, "Elm Clinic.yml"))
