"""A sheet as PDF, on US Letter or A4, in letters that hold every accent of ours.

What the font has no letter for is a box, and the last page says so: nothing that a person wrote can
make it fail, or comes into a log. It takes a part of a second: call it from a thread.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sheet.lines import Line, Section, sections_of

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).resolve().parent / "fonts"
LETTER = frozenset({"US", "CA", "MX", "PR", "PH", "CL", "CO", "VE", "CR", "GT", "PA"})
"""Countries whose paper is US Letter; all others have A4."""
MISSING = "□"
_FAMILY = "sheet"
_MARGIN, _BOX = 20.0, 3.4  # millimetres
_INDENT, _COUNTED = 6.0, 13.0  # of a line, and of one with a number
_BODY, _SMALL = 11.0, 9.0  # points
_NOTE_LINES, _NOTE_GAP = 6, 9.0  # and millimetres between two
_LONG = 2_000  # characters
_INK, _SOFT, _RULE = 20, 90, 170  # greys


def pdf_of(card: Mapping[str, Any], words: Mapping[str, str], country: str) -> bytes:
    """``words`` are those of ``data/content/sheet_page.yml``, in the sheet's language."""
    paper = _paper(words, "letter" if country in LETTER else "a4")
    paper.set_title(_printable(card["title"]))
    paper.set_lang(card.get("language") or "en")
    paper.add_page()
    _write(paper, card["title"], 18, bold=True)
    sections = sections_of(card)
    if not sections:
        paper.ln(4)
        _write(paper, words["empty"])
    for section in sections:
        _section(paper, section, words)
    if all(section.id != "notes" for section in sections):
        _room_for_notes(paper, words["notes"])
    told = [card["title"], *(s.title for s in sections)]
    told += [text for s in sections for one in s.lines for text in (one.text, one.why or "")]
    if any(MISSING in _printable(text) and MISSING not in text for text in told):
        paper.ln(3)
        _write(paper, words["missing"].format(box=MISSING), _SMALL, grey=_SOFT)
    return bytes(paper.output())


def _paper(words: Mapping[str, str], size: str) -> FPDF:
    from fpdf import FPDF  # seconds to import: whoever asks for no PDF does not wait for it

    count = secrets.token_hex(8)  # stands for the number of pages; nobody writes that by chance

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.set_text_color(_SOFT)
            self.set_font(_FAMILY, size=_SMALL)
            page = words["page"].format(n=self.page_no(), all=count)
            self.cell(0, 4, words["made_with"], new_x="LMARGIN", new_y="NEXT")
            self.cell(0, 4, page)

    paper = Paper(format=size)
    paper.alias_nb_pages(count)
    paper.set_margins(_MARGIN, 18, _MARGIN)
    paper.set_auto_page_break(True, 20)
    paper.add_font(_FAMILY, fname=FONTS / "DejaVuSansCondensed.ttf")
    paper.add_font(_FAMILY, "B", fname=FONTS / "DejaVuSansCondensed-Bold.ttf")
    return paper


def _section(paper: FPDF, section: Section, words: Mapping[str, str]) -> None:
    first = _height(paper, section.lines[0], words)
    if paper.will_page_break(min(16 + first, paper.eph / 2)):
        paper.add_page()  # a title stays with its first line
    paper.ln(5)
    _write(paper, section.title, 13, bold=True)
    paper.set_draw_color(_RULE)
    paper.line(_MARGIN, paper.get_y() + 0.5, paper.w - _MARGIN, paper.get_y() + 0.5)
    paper.ln(2.5)
    for line in section.lines:
        height = _height(paper, line, words)
        if height < paper.eph and paper.will_page_break(height):
            paper.add_page()  # a line is not cut, unless it is longer than a page
        _line(paper, line, section.ticked, words)


def _line(paper: FPDF, line: Line, ticked: bool, words: Mapping[str, str]) -> None:
    top = paper.get_y()
    paper.set_text_color(_INK)
    paper.set_font(_FAMILY, size=_BODY)
    if ticked:
        paper.set_draw_color(_INK)
        paper.rect(_MARGIN + 1, top + 0.9, _BOX, _BOX)
    if line.number or not ticked:
        paper.set_x(_MARGIN + (_BOX + 1 if line.number else 0))
        paper.cell(8, 5.2, f"{line.number}." if line.number else "•")
    for text, size, grey in _texts(line, words):
        _write(paper, text, size, indent=_indent(line), grey=grey)
    paper.ln(1.8)


def _height(paper: FPDF, line: Line, words: Mapping[str, str]) -> float:
    """Millimetres that it takes; of what is long in any case, a page's."""
    if len(line.text) > _LONG:
        return float(paper.eph)
    texts = _texts(line, words)
    return 1.8 + sum(
        _write(paper, text, size, indent=_indent(line), dry=True) for text, size, _ in texts
    )


def _texts(line: Line, words: Mapping[str, str]) -> Iterator[tuple[str, float, int]]:
    """Its paragraphs, each with its size and grey. A blank of ours has room for a pen."""
    yield line.text if line.own else line.text.replace("____", "_" * 16), _BODY, _INK
    if line.own:
        yield f"({words['own']})", _SMALL, _SOFT
    if line.why:
        yield f"{words['why']} {line.why}", _SMALL, _SOFT


def _indent(line: Line) -> float:
    return _COUNTED if line.number else _INDENT


def _write(
    paper: FPDF,
    text: str,
    size: float = _BODY,
    *,
    bold: bool = False,
    indent: float = 0.0,
    grey: int = _INK,
    dry: bool = False,
) -> float:
    """A paragraph over the whole width; its height in millimetres."""
    paper.set_font(_FAMILY, "B" if bold else "", size)
    paper.set_text_color(grey)
    paper.set_x(_MARGIN + indent)
    tall = paper.multi_cell(
        paper.epw - indent,
        size * 0.47,
        _printable(text),
        align="L",
        new_x="LMARGIN",
        new_y="NEXT",
        dry_run=dry,
        output="HEIGHT",
    )
    return float(tall)  # type: ignore[arg-type]


def _room_for_notes(paper: FPDF, title: str) -> None:
    """Ruled lines for a pen, where there is room for them."""
    if paper.will_page_break(_NOTE_LINES * _NOTE_GAP + 18):
        return
    paper.ln(5)
    _write(paper, title, 13, bold=True)
    paper.set_draw_color(_RULE)
    for n in range(1, _NOTE_LINES + 1):
        y = paper.get_y() + n * _NOTE_GAP
        paper.line(_MARGIN, y, paper.w - _MARGIN, y)
    paper.set_y(paper.get_y() + _NOTE_LINES * _NOTE_GAP)


def _printable(text: str) -> str:
    """With no letter that the font lacks, and no mark that only steers a screen."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", "    ")
    letters = _letters()
    kept = "".join(
        one if one == "\n" or ord(one) in letters else MISSING
        for one in lines
        if one == "\n" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        if not "\ufe00" <= one <= "\ufe0f"
    )
    return re.sub(f"{MISSING}{{4,}}", MISSING * 3, kept)


@cache
def _letters() -> frozenset[int]:
    """What both faces of the font hold."""
    from fontTools.ttLib import TTFont

    held = []
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as face:
            held.append(frozenset(face.getBestCmap()))
    return frozenset.intersection(*held)
