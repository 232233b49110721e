"""What the bot can say about finding care: complete, sourced, plain, and in our own tone."""

import re
from datetime import date
from pathlib import Path

import pytest
import textstat

from actions.compare import ASPECTS
from bot.book.formulas import formulas
from guardrails.catalogue import Catalogue, Message, load_catalogue
from guardrails.reading import check_reading
from guardrails.wording import check_review_dates, check_wording

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "data" / "content"
CATALOGUE: Catalogue = load_catalogue(CONTENT)


def names(text: str) -> list[str]:
    return text.split()


ROLES = names(
    "therapist counselor marriage_family_therapist social_worker psychologist neuropsychologist "
    "psychiatrist child_psychiatrist psychiatric_nurse_practitioner primary_care "
    "psychiatric_pharmacist addiction_counselor peer_specialist case_manager school_counselor "
    "pastoral_counselor coach clinic physician_assistant associate school_psychologist"
)
WATCHED = names("title talk medical testing support recovery coach faith school associate clinic")
NEEDS = names(
    "medication testing talk couples family child teen older_adult addiction trauma grief "
    "school_letter work no_insurance language second_opinion recovery_support not_sure"
)
COST_TERMS = names(
    "copay coinsurance deductible out_of_pocket_max in_network out_of_network superbill "
    "sliding_scale single_case_agreement prior_authorization eap hsa_fsa medicaid medicare parity "
    "good_faith_estimate insurance_call self_pay premium referral card telehealth medicine "
    "no_show_fee explanation_of_benefits no_insurance free_low_cost community_centers "
    "training_clinics college marketplace immigrants insurer_said_no_one claim_denied appeal "
    "parity_complaint gfe_dispute visit_bill_surprise"
)
COST_STEPS = names(
    "insurance_call card no_insurance free_low_cost immigrants insurer_said_no_one appeal "
    "parity_complaint visit_bill_surprise"
)
"""Not a word to explain but what to do: these have steps, and no example with numbers."""
APPROACHES = names(
    "evidence_based cbt dbt emdr psychodynamic family_therapy group act exposure medication_visit "
    "iop_php residential tms ect ketamine motivational_interviewing couples_therapy play_therapy "
    "parent_training interpersonal mindfulness_based supportive trauma_focused art_music "
    "peer_support apps case_management substance_program mat integrated other_methods"
)
MORE_ON_APPROACHES = names("choosing cbt_or_dbt talk_and_medicine research_study psychedelics")
ASKED_FIRST = [  # approaches with a message of their own on what to ask
    *APPROACHES[:17],
    *names("apps substance_program mat"),
]
SETTINGS = names(
    "levels changing_level office practice_kinds community_center hospital hospital_ask "
    "hospital_hold crisis_center emergency_room mobile_crisis urgent_care school college "
    "telehealth_company training_clinic va tribal police crisis_plan going_home act_team clubhouse "
    "housing"
)
CONDITIONS = names(
    "depression anxiety panic trauma ocd bipolar psychosis adhd autism eating substance gambling "
    "grief postpartum sleep memory personality anger gender chronic_illness"
)
PATHWAYS = names(
    "not_sure new_diagnosis depression anxiety panic trauma ocd bipolar psychosis adhd_child "
    "adhd_adult autism_child autism_adult eating substance gambling grief postpartum sleep memory "
    "personality anger couples child_behavior gender chronic_illness"
)
GOES_ON = names("depression trauma psychosis adhd_child autism_child eating substance memory")
RIGHTS = names(
    "switching second_opinion waiting_list records confidentiality complaint interpreter "
    "check_license meanwhile discrimination disability_access transport consent_and_saying_no "
    "advance_directive confidentiality_limits work_privacy minors_privacy couples_privacy"
)
FORMATS = names(
    "online in_person phone text_or_app group_or_one hybrid telehealth_privacy telehealth_tech "
    "across_state_lines"
)
SOURCES = names(
    "help_lines roles costs approaches conditions rights children_teens veterans lgbtq "
    "older_adults substance_use families spanish judging warm_lines"
)
FIRST_VISITS = names(
    "therapist psychologist psychiatrist psychiatric_nurse_practitioner primary_care "
    "addiction_counselor peer_specialist coach clinic counselor social_worker "
    "marriage_family_therapist couples group child_teen testing bring forms private say_no "
    "nervous online late_or_cancel fit next_visits"
)
ENTITIES = {
    "role": ROLES,
    "need": NEEDS,
    "cost_term": COST_TERMS,
    "approach": APPROACHES,
    "right": RIGHTS,
    "condition": CONDITIONS,
}
TOPICS = {
    "role": ROLES,
    "who_for": NEEDS,
    "first_visit": FIRST_VISITS,
    "cost": COST_TERMS,
    "approach": APPROACHES,
    "rights": RIGHTS,
    "settings": SETTINGS,
    "pathway": PATHWAYS,
    "format": FORMATS,
    "sources": SOURCES,
}
ANSWER_IDS = [f"{topic}.{one}" for topic, ones in TOPICS.items() for one in ["overview", *ones]]
ANSWER_IDS += [f"role.{role}.more" for role in ROLES]
ANSWER_IDS += [f"role.watch.{family}" for family in WATCHED]
ANSWER_IDS += names("role.titles role.letters role.prescribe role.prescribe.states role.diagnose")
ANSWER_IDS += ["compare.roles", "cost.insurance_call.more", "rights.animals"]
ANSWER_IDS += names(
    "settings.residential_life approach.psychoeducation who_for.intellectual_disability "
    "role.biblical_counselor"
)
ANSWER_IDS += [f"approach.{one}" for one in MORE_ON_APPROACHES]
ANSWER_IDS += [f"approach.{one}.ask" for one in ASKED_FIRST]
ANSWER_IDS += [f"pathway.{one}.next" for one in GOES_ON]
OTHER_IDS = names(
    "compare.caption compare.which about.what about.storage about.can_do smalltalk.greet "
    "smalltalk.thank smalltalk.goodbye smalltalk.restart scope.out"
) + [f"compare.aspect.{aspect}" for aspect in ASPECTS]
FACT_IDS = [f"role.{role}.{aspect}" for role in ROLES for aspect in ASPECTS]
OURS = [CATALOGUE.messages[one] for one in ANSWER_IDS + OTHER_IDS if one in CATALOGUE.messages]
CHOICE_IDS = names(
    "find.start visit.start menu.roles menu.compare menu.who_for menu.first_visit menu.cost "
    "menu.format menu.approaches menu.rights menu.sources menu.about menu.storage menu.can_do "
    "human resume restart erase"
)
CHOICE_IDS += [f"{kind}.role.{role}" for role in ROLES for kind in ("pick", "about")]


def words(message: Message) -> int:
    """Words a person reads: list marks are not words."""
    return len(re.sub(r"(?m)^- ", "", message.words["en"]).split())


@pytest.mark.parametrize("message_id", ANSWER_IDS + OTHER_IDS + FACT_IDS)
def test_every_message_that_the_conversation_asks_for_is_written(message_id: str) -> None:
    assert message_id in CATALOGUE.messages


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_thing_a_person_may_name_has_a_label_and_other_names(entity: str) -> None:
    for value in ENTITIES[entity]:
        term = CATALOGUE.terms[f"{entity}.{value}"]
        assert {"en", "es"} <= set(term.label)
        assert len(term.aliases) >= 4, term.id
        assert all(alias == alias.lower() for alias in term.aliases), term.id


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_name_means_only_one_thing_of_its_kind(entity: str) -> None:
    meant: dict[str, str] = {}
    for term in CATALOGUE.terms.values():
        if term.id.startswith(f"{entity}."):
            for name in {*term.label.values(), *term.plural.values(), *term.aliases}:
                assert meant.setdefault(name.lower(), term.id) == term.id, name


@pytest.mark.parametrize("name", ["help", "doctor", "nurse", "act", "test", "person"])
def test_everyday_words_name_nothing(name: str) -> None:
    taken = [
        term.id
        for term in CATALOGUE.terms.values()
        if term.id.split(".")[0] in ENTITIES and name in term.aliases
    ]
    assert taken == []


@pytest.mark.parametrize("message_id", ANSWER_IDS)
def test_every_answer_names_its_sources_and_its_review(message_id: str) -> None:
    """R22."""
    message = CATALOGUE.messages[message_id]
    assert message.kind == "answer"
    assert message.sources
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", message.reviewed_on)


@pytest.mark.parametrize("message_id", ANSWER_IDS)
def test_every_answer_offers_a_next_step(message_id: str) -> None:
    choices = CATALOGUE.messages[message_id].choices
    assert 2 <= len(choices) <= (6 if message_id.endswith("overview") else 4) or (
        message_id == "who_for.not_sure" and len(choices) <= 6
    )
    assert len(set(choices)) == len(choices)


def test_an_answer_never_offers_itself() -> None:
    for message in OURS:
        assert message.id not in message.choices
        assert not (message.id.startswith("role.") and f"about.{message.id}" in message.choices)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("language", "can", "cannot", "about"),
    [
        ("en", "Can:", "Cannot:", ("Visits:", "Cost:", "To check:")),
        ("es", r"Pueden?:", r"No pueden?:", ("Citas:", "Costo:", "Para verificar:")),
    ],
)
def test_a_role_says_what_it_may_do_and_then_what_it_costs_and_how_to_check(
    role: str, language: str, can: str, cannot: str, about: tuple[str, ...]
) -> None:
    text = CATALOGUE.messages[f"role.{role}"].words[language]
    assert re.search(f"(?m)^- {can} ", text)
    assert re.search(f"(?m)^- {cannot} ", text)
    more = CATALOGUE.messages[f"role.{role}.more"].words[language]
    assert all(f"- {part} " in more for part in about)


@pytest.mark.parametrize("role", ROLES)
def test_from_a_role_one_comes_to_its_training_a_comparison_and_signs_of_a_bad_fit(
    role: str,
) -> None:
    first = CATALOGUE.messages[f"role.{role}"].choices
    then = CATALOGUE.messages[f"role.{role}.more"].choices
    assert first[0] == f"see.role.{role}.more"
    assert any(one.startswith("compare.") for one in first)
    assert any(one.startswith("see.role.watch.") for one in (*first, *then))


@pytest.mark.parametrize("fact", FACT_IDS)
def test_a_fact_fits_a_cell_of_a_table(fact: str) -> None:
    message = CATALOGUE.messages[fact]
    assert message.kind == "fragment"
    for text in message.words.values():
        assert len(text.split()) <= 15
        assert text[0].islower() or text[0].isdigit()
        assert not text.endswith(".")


def test_psychologists_who_may_prescribe_are_named_by_state() -> None:
    """facts/06: NM, LA, IL, IA, ID, CO, UT, Guam and the military."""
    text = CATALOGUE.messages["role.prescribe.states"].words["en"]
    for place in names("Mexico Louisiana Illinois Iowa Idaho Colorado Utah Guam military"):
        assert place in text


def test_a_coach_is_said_to_have_no_license_and_to_be_no_health_care() -> None:
    text = CATALOGUE.messages["role.coach"].words["en"]
    assert "not health care" in text
    assert "no state gives coaches a license" in text
    assert CATALOGUE.messages["role.coach.prescribe"].words["en"] == "no"


@pytest.mark.parametrize("a", ROLES)
def test_a_comparison_reads_at_grade_8_or_lower(a: str) -> None:
    def said(message_id: str) -> str:
        return CATALOGUE.messages[message_id].words["en"]

    for b in ROLES:
        rows = [
            f"{said(f'compare.aspect.{aspect}')}. "
            + " ".join(
                f"The {CATALOGUE.terms[f'role.{one}'].label['en']}: {said(f'role.{one}.{aspect}')}."
                for one in (a, b)
            )
            for aspect in ASPECTS
        ]
        assert textstat.flesch_kincaid_grade(" ".join(rows)) <= 8, b


@pytest.mark.parametrize("term", COST_TERMS)
def test_a_cost_answer_sends_people_to_the_office_or_the_plan(term: str) -> None:
    """R25: explained, with an example, and never a price that we stand for."""
    text = CATALOGUE.messages[f"cost.{term}"].words["en"]
    assert re.search(r"\b[Aa]sk\b", text)
    assert re.search(r"\b(?:office|plan|center|clinic|HR)s?\b", text)
    if term not in COST_STEPS:
        assert "Example: " in text
        assert "Ejemplo: " in CATALOGUE.messages[f"cost.{term}"].words["es"]


@pytest.mark.parametrize("need", NEEDS)
def test_who_to_see_is_never_said_as_a_judgement(need: str) -> None:
    text = CATALOGUE.messages[f"who_for.{need}"].words["en"].lower()
    assert not re.search(r"\byou (?:should|need|must|ought)\b|\bis (?:best|right) for you\b", text)


@pytest.mark.parametrize("approach", [one for one in APPROACHES if one != "case_management"])
def test_an_approach_gives_questions_to_ask_in_both_languages(approach: str) -> None:
    where = f"approach.{approach}.ask" if approach in ASKED_FIRST else f"approach.{approach}"
    for language, mark in (("en", "?"), ("es", "¿")):
        assert mark in CATALOGUE.messages[where].words[language]
    if approach in ASKED_FIRST:
        assert f"see.{where}" in CATALOGUE.messages[f"approach.{approach}"].choices


PATHWAY_IDS = [f"pathway.{one}" for one in ("overview", *PATHWAYS)]
PATHWAY_IDS += [f"pathway.{one}.next" for one in GOES_ON]


@pytest.mark.parametrize("message_id", PATHWAY_IDS)
def test_a_pathway_ends_with_who_can_advise(message_id: str) -> None:
    message = CATALOGUE.messages[message_id]
    last = {
        "en": r"A clinician who meets (?:you|your child|the person) can say what fits\.$",
        "es": r"Un profesional que (?:le atienda|vea a (?:su hijo o hija|la persona)) "
        r"puede decir(?:le)? qué conviene\.$",
    }
    for language, words in message.words.items():
        assert re.search(last[language], words), language
        if language in message.short:
            assert re.search(last[language], message.short[language])


@pytest.mark.parametrize("message_id", PATHWAY_IDS)
def test_a_pathway_is_about_care_and_names_no_signs(message_id: str) -> None:
    named = re.compile(r"symptom|síntoma|\bsigns of\b|\byou (?:may|might|probably) have\b", re.I)
    for words in CATALOGUE.messages[message_id].words.values():
        assert not named.search(words)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_that_is_recognised_has_its_pathway(condition: str) -> None:
    ages = {"adhd", "autism"}
    ends = ("_child", "_adult") if condition in ages else ("",)
    assert {f"pathway.{condition}{end}" for end in ends} <= set(CATALOGUE.messages)


@pytest.mark.parametrize("message_id", ANSWER_IDS)
def test_an_answer_on_ways_and_places_can_be_tapped(message_id: str) -> None:
    if message_id.startswith(("approach.", "settings.", "pathway.")):
        assert f"see.{message_id}" in CATALOGUE.choices


@pytest.mark.parametrize("one", ["overview", *FIRST_VISITS])
def test_a_first_visit_can_be_tapped_and_is_told_in_both_languages(one: str) -> None:
    assert f"see.first_visit.{one}" in CATALOGUE.choices
    assert {"en", "es"} <= set(CATALOGUE.messages[f"first_visit.{one}"].words)


@pytest.mark.parametrize("choice_id", CHOICE_IDS)
def test_every_shared_choice_is_written(choice_id: str) -> None:
    assert choice_id in CATALOGUE.choices


def test_every_choice_fits_a_phone_in_both_languages() -> None:
    for choice in CATALOGUE.choices.values():
        assert {"en", "es"} <= set(choice.label), choice.id
        assert all(len(label) <= 32 for label in choice.label.values()), choice.id


def test_a_choice_names_only_things_that_exist() -> None:
    for choice in CATALOGUE.choices.values():
        for entity, given in choice.entities.items():
            for value in given if isinstance(given, list) else [given]:
                if entity in ENTITIES:
                    assert f"{entity}.{value}" in CATALOGUE.terms, choice.id


def test_a_choice_that_asks_about_something_has_an_answer() -> None:
    topics = {
        "ask_role": ("role", "role"),
        "who_for": ("who_for", "need"),
        "first_visit": ("first_visit", "role"),
        "ask_cost": ("cost", "cost_term"),
        "ask_approach": ("approach", "approach"),
        "ask_rights": ("rights", "right"),
    }
    for choice in CATALOGUE.choices.values():
        topic, entity = topics.get(choice.intent or "", ("", ""))
        if topic:
            answer = f"{topic}.{choice.entities.get(entity, 'overview')}"
            assert answer in CATALOGUE.messages, choice.id


def test_sources_are_https_and_a_government_one_comes_first_where_there_is_one() -> None:
    for message in OURS:
        urls = [source.url for source in message.sources]
        government = [".gov" in url for url in urls]
        assert all(url.startswith("https://") for url in urls)
        assert government == sorted(government, reverse=True) or len(urls) > 4, message.id


def test_the_wording_is_ours() -> None:
    """R5, R19."""
    assert check_wording(CONTENT) == []


def test_no_review_is_a_year_behind_the_newest() -> None:
    newest = max(message.reviewed_on for message in CATALOGUE.messages.values())
    assert check_review_dates(CONTENT, date.fromisoformat(newest)) == []


def test_everything_reads_at_grade_8_or_lower() -> None:
    """Flesch-Kincaid by textstat on the whole message; role names and terms count as they are."""
    assert check_reading(CONTENT, formulas()) == []
