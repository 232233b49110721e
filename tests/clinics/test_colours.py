"""Colours that people can see, by the formula of WCAG 2.2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.widget
from bot.colours import BACKGROUNDS, READABLE, SEEN, ColourError, Colours, colours, contrast

ANY = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # the grey that just fails, as every checker shows
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_what_the_formula_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_the_text_on_a_colour_is_chosen_to_be_read() -> None:
    assert colours("#F00") == Colours("#ff0000", "#000000")
    assert colours("#0c7c59") == Colours("#0c7c59", "#ffffff")


@given(ANY)
def test_a_colour_is_fine_or_the_fault_names_one_that_is(accent: str) -> None:
    try:
        good = colours(accent)
    except ColourError as fault:
        named = re.search(r"(#[0-9a-f]{6}) would do", str(fault))
        assert named
        good = colours(named[1])
    assert contrast(good.accent, good.on_accent) >= READABLE
    assert min(contrast(good.accent, back) for back in BACKGROUNDS) >= SEEN


@pytest.mark.parametrize("value", ["red", "#12", "#12345g", "", None, 255, "rgb(1,2,3)"])
def test_what_is_not_a_colour_is_told(value: object) -> None:
    with pytest.raises(ColourError, match="is not a colour such as"):
        colours(value)  # type: ignore[arg-type]


def test_the_backgrounds_are_those_of_the_chat() -> None:
    style = (Path(bot.widget.__file__).parent / "widget.css").read_text("utf-8")
    drawn = re.findall(r"--(?:surface|back): (#[0-9a-f]{3,6});", style)
    assert {c if len(c) == 7 else "#" + "".join(2 * d for d in c[1:]) for c in drawn} == set(
        BACKGROUNDS
    )
