"""What one row of a clinic's own list says, field by field.

Words become ids of our terms only where they name one and nothing beside it takes it back; all
other words are counted, by field, and never guessed at.
"""

import re
from collections import Counter

from directory.importers.own_list_file import ListFile, Row
from directory.importers.own_list_map import KINDS
from directory.names import named, plain
from directory.places import state_code
from directory.tidy import words

_AS_TEXT = re.compile(r'="(.*)"')  # how a spreadsheet is told to leave a leading zero alone
_FORMULA = ("=", "@")
_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0+")  # how some programs write a number
# "No Medicaid", "Spanish?", "Aetna (pending)": the name is there, and is not what is said.
_TAKEN_BACK = re.compile(
    r"\b(no|not|never|except|excluding|without|pending|formerly|soon|waitlist|oon)\b"
    r"|out[ -]of[ -]network|\?",
    re.IGNORECASE,
)


class Told:
    """The cells of a row as the map reads them. `left_out` counts what we could not use."""

    def __init__(self, file: ListFile, row: Row) -> None:
        self.left_out: Counter[str] = Counter()
        self._file = file
        self._row = row
        self._layout = file.layout
        self._cleaned: dict[str, str] = {}

    def text(self, field: str) -> str:
        """The field on one line; what the map says of every row where the cell is empty."""
        return " ".join(filter(None, map(self._clean, self._cells(field))))

    def lines(self, field: str) -> str:
        """The text of a field with a comma where a cell has a new line."""
        parts = [self._clean(line) for cell in self._cells(field) for line in cell.splitlines()]
        return ", ".join(part.strip(" ,") for part in parts if part.strip(" ,"))

    def number(self, field: str) -> str:
        """The text of a field that a spreadsheet may have taken for a number."""
        text = self.text(field)
        whole = _WHOLE_NUMBER.fullmatch(text)
        return whole[1] if whole else text

    def items(self, field: str) -> list[str]:
        """Each of several values in the field."""
        cells = list(self._cells(field))
        for separator in self._layout.separators:
            cells = [part for cell in cells for part in cell.split(separator)]
        return list(dict.fromkeys(filter(None, map(self._clean, cells))))

    def flag(self, field: str) -> bool | None:
        word = self.text(field).casefold()
        if not word:
            return None
        if word in self._layout.yes or word in self._layout.no:
            return word in self._layout.yes
        self.left_out[f"{field}_not_known"] += 1
        return None

    def ids(self, field: str, item: str) -> tuple[str, ...]:
        """The ids of our terms that a text names, in the clinic's own words or in ours."""
        own = self.means(field, item)
        return own or (() if _TAKEN_BACK.search(item) else named(KINDS[field], item))

    def means(self, field: str, item: str) -> tuple[str, ...] | None:
        """What the map says that the clinic means by it."""
        return self._layout.meanings.get(field, {}).get(plain(item))

    def fact(self, field: str) -> tuple[tuple[str, ...] | None, bool]:
        """The values of a fact, and whether they are all there are. None: the row does not say."""
        items = self.items(field)
        if items and all(item.casefold() in self._layout.none for item in items):
            return (None, False) if field in self._layout.partial else ((), True)
        found = {item: self.ids(field, item) for item in items}
        unknown = sum(not ids for ids in found.values())
        if unknown:
            self.left_out[f"{KINDS[field]}_not_known"] += unknown
        values = tuple(dict.fromkeys(value for ids in found.values() for value in ids))
        return values or None, not unknown and field not in self._layout.partial

    def states(self, field: str) -> tuple[str, ...]:
        codes = [state_code(item) for item in self.items(field)]
        self.left_out["state_not_known"] += codes.count(None)
        return tuple(dict.fromkeys(filter(None, codes)))

    def _cells(self, field: str) -> list[str]:
        cells = [cell for cell in self._file.cells(self._row, field) if cell.strip()]
        constant = self._layout.constants.get(field)
        return cells or ([constant] if constant else [])

    def _clean(self, cell: str) -> str:
        """The cell on one line; nothing, and counted once, when it is a formula."""
        if cell not in self._cleaned:
            text = words(cell)
            literal = _AS_TEXT.fullmatch(text)
            formula = text.startswith(_FORMULA) and not literal
            self.left_out["formula"] += formula
            self._cleaned[cell] = "" if formula else literal[1].strip() if literal else text
        return self._cleaned[cell]
