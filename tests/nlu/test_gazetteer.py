from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.gazetteer import Found, Gazetteer, TermsError, fingerprint, fold, read_terms


def named(gazetteer: Gazetteer, text: str) -> list[str]:
    return [f"{one.entity}.{one.value}" for one in gazetteer.find(text)]


def test_a_name_is_found_where_it_stands(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("Is a therapist free?") == [Found("role", "therapist", 5, 14, 1.0)]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("a THERAPIST", "role.therapist"),
        ("therapist's", "role.therapist"),
        ("my childrens psychiatrist? no: children\u2019s psychiatrist", "role.child_psychiatrist"),
        ("In-Person, please", "format.in_person"),
        ("in   person", "format.in_person"),
        ("un psicologo", "role.psychologist"),
        ("un psicólogo", "role.psychologist"),
        ("un psico\u0301logo", "role.psychologist"),
        ("ESPAÑOL", "language.spanish"),
        ("therapist/online", "format.online"),
    ],
)
def test_case_accents_hyphens_and_spaces_do_not_matter(
    gazetteer: Gazetteer, text: str, term: str
) -> None:
    assert term in named(gazetteer, text)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("psycologist", "role.psychologist"),
        ("pyschologist", "role.psychologist"),
        ("a psyciatrist", "role.psychiatrist"),
        ("theripist", "role.therapist"),
        ("an adiction counsellor", "role.addiction_counselor"),
        ("humanna", "payer.humana"),
        ("slidding scale", "payer.sliding_scale"),
    ],
)
def test_longer_names_are_found_when_misspelt(gazetteer: Gazetteer, text: str, term: str) -> None:
    found = {f"{one.entity}.{one.value}": one.confidence for one in gazetteer.find(text)}
    assert found.get(term) == 0.8


@pytest.mark.parametrize("text", ["on the couch", "poach", "one", "a main", "atena", "chile"])
def test_short_names_are_taken_only_as_written(gazetteer: Gazetteer, text: str) -> None:
    assert named(gazetteer, text) == []


def test_of_one_entity_the_longest_name_wins(gazetteer: Gazetteer) -> None:
    assert named(gazetteer, "an addiction counselor") == ["role.addiction_counselor"]


def test_names_of_different_entities_may_share_words(gazetteer: Gazetteer) -> None:
    assert named(gazetteer, "in Spanish") == ["need.language", "language.spanish"]
    assert named(gazetteer, "child psychiatrist") == ["role.child_psychiatrist", "age_group.child"]
    assert set(named(gazetteer, "sliding scale")) == {
        "payer.sliding_scale",
        "cost_term.sliding_scale",
    }


def test_a_name_of_two_things_is_both() -> None:
    terms = {
        "payer.aetna": ["Aetna Better Health", "Aetna"],
        "payer.medicaid": ["aetna better health"],
    }
    both = Gazetteer(terms)
    assert named(both, "Aetna Better Health") == ["payer.aetna", "payer.medicaid"]
    assert named(both, "Aetna") == ["payer.aetna"]


def test_two_names_of_one_entity_are_both_found(gazetteer: Gazetteer) -> None:
    assert named(gazetteer, "psychologist or psychiatrist") == [
        "role.psychologist",
        "role.psychiatrist",
    ]


@pytest.mark.parametrize("text", ["remove it", "i am human", "hey man", "act fast now"])
def test_everyday_words_are_no_names(gazetteer: Gazetteer, text: str) -> None:
    assert named(gazetteer, text) == []


@pytest.mark.parametrize("text", ["what is ACT", "act", "Act?"])
def test_an_everyday_word_is_a_name_in_capitals_or_alone(gazetteer: Gazetteer, text: str) -> None:
    assert named(gazetteer, text) == ["approach.act"]


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂", "\u0301"])
def test_a_message_without_words_has_no_names(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == []


@pytest.mark.parametrize("text", ["İstanbul", "ﬁne", "straße", "ñandú", "a\u0301b"])
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_real_names_are_not_seen_in_everyday_sentences(root: Path) -> None:
    real = Gazetteer(read_terms(root / "data/content/terms"), _everyday(root))
    sentences = [
        "good morning, how are you today",
        "remove number 2 please",
        "can i talk to a human",
        "print it and texting me is fine",
        "we had a party and it went on for hours, sorry",
        "my car broke down in france last month",
        "hey man what's up",
    ]
    found = {s: [one for one in real.find(s) if one.confidence < 1] for s in sentences}
    assert found == {sentence: [] for sentence in sentences}
    assert named(real, "can i talk to a human") == []
    assert named(real, "hey man") == []


def test_no_common_english_word_is_taken_for_a_misspelt_name(root: Path) -> None:
    textstat = pytest.importorskip("textstat")
    words = Path(textstat.__file__).parent.joinpath("resources/en/easy_words.txt")
    real = Gazetteer(read_terms(root / "data/content/terms"), _everyday(root))
    taken = {
        word: found
        for word in words.read_text(encoding="utf-8").lower().split()
        if (found := [one for one in real.find(word) if one.confidence < 1])
    }
    assert taken == {}, "add them to `everyday` in config.yml"


def _everyday(root: Path) -> list[str]:
    import yaml

    pipeline = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return [str(word) for part in pipeline for word in part.get("everyday", [])]


def test_terms_are_read_with_labels_plurals_and_aliases(tmp_path: Path) -> None:
    (tmp_path / "roles.yml").write_text(
        "terms:\n  role.coach:\n    label: {en: coach, es: mentor}\n"
        "    plural: {en: coaches}\n    aliases: [life coach, 504]\n",
        encoding="utf-8",
    )
    assert read_terms(tmp_path) == {
        "role.coach": ["504", "coach", "coaches", "life coach", "mentor"]
    }


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("terms: {coach: {}}", "must be entity.value"), ("terms: [", "not valid YAML")],
)
def test_a_bad_terms_file_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "roles.yml").write_text(content, encoding="utf-8")
    with pytest.raises(TermsError, match=complaint) as error:
        read_terms(tmp_path)
    assert "roles.yml" in str(error.value)


def test_a_missing_terms_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(TermsError, match="no such folder"):
        read_terms(tmp_path / "gone")


def test_the_fingerprint_changes_with_any_name() -> None:
    before = fingerprint({"role.coach": ["coach"]})
    assert fingerprint({"role.coach": ["coach"]}) == before
    assert fingerprint({"role.coach": ["coach", "mentor"]}) != before
