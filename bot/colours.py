"""A clinic's colour for the chat, and whether people can see it: contrast as WCAG 2.2 measures it.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass

BACKGROUNDS = ("#ffffff", "#f5f7f6", "#12181a", "#1d2528")
"""What the chat is drawn on, light and dark (`--surface` and `--back` in bot/widget/widget.css)."""
TEXTS = ("#ffffff", "#000000")
"""What is written on the accent unless the clinic says otherwise; one of the two always reads."""
READABLE = 4.5
"""Text on its background (1.4.3)."""
SEEN = 3.0
"""A button on the page behind it (1.4.11)."""
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_STEPS = 400  # how finely other shades are tried


class ColourError(ValueError):
    """A colour that can't be used: one line, with one that can."""


@dataclass(frozen=True)
class Colours:
    """`accent` fills buttons, `on_accent` is written on it; both as #rrggbb."""

    accent: str
    on_accent: str


def colours(accent: str, on_accent: str | None = None) -> Colours:
    """Raises `ColourError` when the two, or the accent and the chat, are too alike."""
    accent = _six(accent)
    worst = min(BACKGROUNDS, key=lambda back: contrast(accent, back))
    if (measured := contrast(accent, worst)) < SEEN:
        raise ColourError(
            f"accent: {accent} has a contrast of {measured:.1f} with the chat's own {worst}, "
            f"and needs {SEEN:g}; {_near(accent)} would do"
        )
    if on_accent is None:
        return Colours(accent, _text(accent))
    on_accent = _six(on_accent)
    if (measured := contrast(accent, on_accent)) < READABLE:
        raise ColourError(
            f"on_accent: {on_accent} on {accent} has a contrast of {measured:.1f}, and needs "
            f"{READABLE:g}; {_text(accent)} would do"
        )
    return Colours(accent, on_accent)


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white). Both as #rrggbb."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _text(accent: str) -> str:
    return max(TEXTS, key=lambda text: contrast(accent, text))


def _near(accent: str) -> str:
    """The nearest shade of the same colour that can be used; there is one of every colour."""
    return next(
        shade
        for shade in _shades(accent)
        if min(contrast(shade, back) for back in BACKGROUNDS) >= SEEN
        and contrast(shade, _text(shade)) >= READABLE
    )


def _shades(accent: str) -> Iterator[str]:
    """The colour lighter and darker, the nearest first."""
    hue, light, saturation = colorsys.rgb_to_hls(*_parts(accent))
    for other in sorted(range(_STEPS + 1), key=lambda step: abs(step / _STEPS - light)):
        parts = colorsys.hls_to_rgb(hue, other / _STEPS, saturation)
        yield "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _six(colour: str) -> str:
    if not isinstance(colour, str) or not _HEX.fullmatch(colour):
        raise ColourError(f"{colour!r} is not a colour such as #0b6e4f (in quotes)")
    colour = colour.lower()
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
