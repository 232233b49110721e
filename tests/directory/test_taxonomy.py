import pytest

from directory.taxonomy import load_taxonomy


def test_psychiatry_is_told_apart_from_neurology_by_the_whole_code():
    taxonomy = load_taxonomy()

    assert taxonomy.role("2084P0800X", "individual") == "psychiatrist"
    assert taxonomy.role("2084P0804X", "individual") == "child_psychiatrist"
    for code in ("2084N0400X", "2084N0402X", "2084V0102X", "2084S0012X", "2084P2900X", "2084"):
        assert taxonomy.role(code, "individual") is None


def test_only_an_organization_is_a_clinic():
    taxonomy = load_taxonomy()

    assert taxonomy.role("261QM0801X", "organization") == "clinic"
    assert taxonomy.role("261QM0801X", "individual") is None


def test_every_code_is_ten_characters_and_stands_for_one_role():
    taxonomy = load_taxonomy()

    assert all(len(code) == 10 and code.endswith("X") for code in taxonomy.codes)
    assert set(taxonomy.codes.values()) <= set(taxonomy.roles)


@pytest.mark.parametrize("role", ["coach", "primary_care"])
def test_roles_without_codes_are_still_roles(role):
    assert role in load_taxonomy().roles
    assert role not in load_taxonomy().codes.values()


def test_covered_roles_come_once_each():
    covered = load_taxonomy().covered(("therapist", "counselor", "coach"))

    assert covered[0] == "therapist"
    assert covered.count("counselor") == 1
    assert covered[-1] == "coach"
