from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.names import named, plain, values

KINDS = ("payer", "language", "role", "access", "time", "age_group", "identity")

PAYERS_AS_SOURCES_WRITE = [
    ("BLUE CROSS BLUE SHIELD OF TEXAS PPO", ("bcbs",)),
    ("BC/BS", ("bcbs",)),
    ("UHC Choice Plus", ("unitedhealthcare",)),
    ("Aetna Better Health of Virginia (Medicaid)", ("aetna", "medicaid")),
    ("UnitedHealthcare Community Plan", ("unitedhealthcare", "medicaid")),
    ("Humana Gold Plus HMO", ("humana", "medicare_advantage")),
    ("Ambetter from Superior HealthPlan", ("ambetter",)),
    ("Carelon Behavioral Health", ("carelon",)),
    ("Evernorth Behavioral Health", ("cigna",)),
    ("Medicaid/CHIP", ("medicaid",)),
    ("STAR+PLUS", ("medicaid",)),
    ("Federal military insurance (e.g., TRICARE)", ("tricare",)),
    ("IHS/Tribal/Urban (ITU) funds", ("indian_health_service",)),
    ("U.S. Department of VA funds", ("veterans_affairs",)),
    ("Cash or self-payment", ("self_pay",)),
    ("Private health insurance", ("private_insurance",)),
    ("No payment accepted", ("free",)),
    ("Sliding fee scale (fee is based on income and other factors)", ("sliding_scale",)),
    ("Cigna; Optum | Tri-West", ("cigna", "unitedhealthcare", "tricare")),
    ("Medicaid, Medicare, Medicaid", ("medicaid", "medicare")),
]
PAYERS_AS_PEOPLE_SAY = [
    ("blue cross", ("bcbs",)),
    ("BCBS", ("bcbs",)),
    ("my state's Medicaid", ("medicaid",)),
    ("medical card", ("medicaid",)),
    ("seguro del estado", ("medicaid",)),
    ("no insurance", ("self_pay",)),
    ("gratis", ("free",)),
    ("atención gratuita", ("free",)),
]
OF_THE_STATES = [
    "Denali Care", "AHCCCS", "ARKids First", "Medi-Cal", "Health First Colorado", "HUSKY Health",
    "Diamond State Health Plan", "DC Healthy Families", "Georgia Families", "Med-QUEST",
    "HealthChoice Illinois", "Hoosier Healthwise", "IA Health Link", "KanCare",
    "Healthy Louisiana", "MaineCare", "Maryland HealthChoice", "MassHealth",
    "Healthy Michigan Plan", "MinnesotaCare", "MississippiCAN", "MO HealthNet",
    "Heritage Health", "Nevada Check Up", "Granite Advantage", "NJ FamilyCare", "Turquoise Care",
    "NC Medicaid", "SoonerCare", "Oregon Health Plan", "HealthChoices", "RIte Care", "TennCare",
    "STAR", "Green Mountain Care", "Cardinal Care", "Apple Health", "Mountain Health Trust",
    "BadgerCare Plus", "Plan Vital", "Wyoming Medicaid",
]  # fmt: skip
LANGUAGES = [
    ("es", ("spanish",)),
    ("spa", ("spanish",)),
    ("es-MX", ("spanish",)),
    ("zh", ("mandarin",)),
    ("zh-Hans-CN", ("mandarin",)),
    ("zh-HK", ("cantonese",)),
    ("yue", ("cantonese",)),
    ("ase", ("asl",)),
    ("pt_BR", ("portuguese",)),
    ("en, es", ("english", "spanish")),
    ("Español", ("spanish",)),
    ("français", ("french",)),
    ("中文", ("mandarin",)),
    ("русский", ("russian",)),
    ("हिन्दी", ("hindi",)),
    ("العربية", ("arabic",)),
    ("한국어", ("korean",)),
    ("alemán", ("german",)),
    ("Farsi", ("persian",)),
    ("Greek, Modern (1453-)", ("greek",)),
    ("F92-Vietnamese", ("vietnamese",)),
    ("French, German; Spanish", ("french", "german", "spanish")),
]
ROLES = [
    ("shrink", ("psychiatrist",)),
    ("LCSW", ("social_worker",)),
    ("psych NP", ("psychiatric_nurse_practitioner",)),
    ("LPC-S", ("counselor",)),
    ("Licensed Marriage & Family Therapist", ("marriage_family_therapist",)),
    ("child psychiatrist", ("child_psychiatrist",)),
]
MISSPELT = [
    ("payer", "blue cros", "bcbs"),
    ("payer", "etna", "aetna"),
    ("payer", "united helthcare", "unitedhealthcare"),
    ("payer", "medicad", "medicaid"),
    ("payer", "medicar", "medicare"),
    ("payer", "keiser", "kaiser"),
    ("payer", "humna", "humana"),
    ("payer", "magelan", "magellan"),
    ("language", "vietnamse", "vietnamese"),
    ("role", "therepist", "therapist"),
]


@pytest.mark.parametrize(("text", "ids"), PAYERS_AS_SOURCES_WRITE + PAYERS_AS_PEOPLE_SAY)
def test_a_payer_is_known_as_it_is_written(text, ids):
    assert named("payer", text) == ids


@pytest.mark.parametrize("name", OF_THE_STATES)
def test_each_states_own_name_is_medicaid(name):
    assert named("payer", name) == ("medicaid",)


@pytest.mark.parametrize(("text", "ids"), LANGUAGES)
def test_a_language_is_known_by_its_names_and_codes(text, ids):
    assert named("language", text) == ids


@pytest.mark.parametrize(("text", "ids"), ROLES)
def test_a_role_is_known_as_people_say_it(text, ids):
    assert named("role", text) == ids


@pytest.mark.parametrize(("kind", "text", "meant"), MISSPELT)
def test_a_misspelt_name_is_known(kind, text, meant):
    assert named(kind, text) == (meant,)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("State-financed health insurance plan other than Medicaid", ()),
        ("No Medicaid", ()),
        ("We do not accept Medicaid, Medicare or Tricare, but take Aetna", ("aetna",)),
        ("I don't take Cigna. Aetna is fine", ("aetna",)),
        ("sin Medicaid", ()),
        ("Anthem, VA", ("bcbs",)),
    ],
)
def test_what_is_not_meant_is_left_out(text, ids):
    assert named("payer", text) == ids


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("payer", "the star of the show"),
        ("payer", "in the city of Providence"),
        ("payer", "human"),
        ("payer", "multiple plans"),
        ("language", "it was so"),
        ("language", "well, no"),
        ("language", "he is in la la land"),
        ("language", "Non-English"),
        ("role", "doctor"),
    ],
)
def test_everyday_words_and_codes_in_talk_name_nothing(kind, text):
    assert named(kind, text) == ()


def test_no_common_english_word_is_a_misspelt_payer_or_language():
    textstat = pytest.importorskip("textstat")
    easy = Path(textstat.__file__).parent.joinpath("resources/en/easy_words.txt")
    words = {plain(word) for word in easy.read_text("utf-8").split()}
    taken = {
        word: (kind, found)
        for word in words
        for kind in ("payer", "language")
        if len(word) > 3 and (found := named(kind, word))
    }
    names = {"cash", "cheap", "chip", "free", "self", "star", "united"}
    known = names | {"english", "french", "polish"}
    assert {word: found for word, found in taken.items() if word not in known} == {}


@pytest.mark.parametrize("kind", ["payer", "language"])
def test_a_search_can_hold_every_id(kind):
    assert len(values(kind)) <= 60


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.text(max_size=400))
def test_no_text_is_an_error(kind, text):
    assert set(named(kind, text)) <= set(values(kind))


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_every_id_is_known_by_its_own_name_however_it_is_written(kind, data):
    value = data.draw(st.sampled_from(values(kind)))
    name = value.replace("_", data.draw(st.sampled_from([" ", "-", "  "])))
    written = data.draw(st.sampled_from([name, name.upper(), name.title(), f"({name})"]))
    assert value in named(kind, written)


@settings(deadline=None)
@given(st.text(alphabet="bcdfghjklmnpqrstvwxz ", min_size=1, max_size=60))
def test_letters_that_spell_nothing_name_no_language(text):
    assert all(len(word) < 4 for word in text.split()) or named("language", text) == ()
