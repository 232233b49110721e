"""The National Provider Identifier: ten digits, the last of them a check digit."""

# What 80840, the prefix of US health cards, adds to the Luhn sum (CMS, "NPI check digit").
_PREFIX_SUM = 24


def check_digit(nine: str) -> str:
    """The tenth digit for the first nine. Raises ValueError unless given nine digits."""
    if len(nine) != 9 or not (nine.isascii() and nine.isdigit()):
        raise ValueError(f"an NPI has nine digits before its check digit, not {nine!r}")
    total = _PREFIX_SUM
    for place, digit in enumerate(map(int, reversed(nine))):
        total += sum(divmod(digit * 2, 10)) if place % 2 == 0 else digit
    return str(-total % 10)


def is_valid(npi: str) -> bool:
    """Ten ASCII digits, the first of them 1 or 2 (69 FR 3434), with the right check digit."""
    well_formed = len(npi) == 10 and npi.isascii() and npi.isdigit() and npi[0] in "12"
    return well_formed and check_digit(npi[:9]) == npi[9]
