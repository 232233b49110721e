"""Reads what to change on a visit sheet out of what a person wrote, in English and Spanish.

What they want on it is cut out of the text as it stands: nothing in it is changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from actions.heard import Heard
from actions.parts_said import CALLS, MATTERS_WORDS, is_part, parts_in
from actions.visit_edits import (
    LAST,
    Add,
    Change,
    Choose,
    Clear,
    Edit,
    Move,
    Parts,
    PutBack,
    Remove,
    Swap,
    Undo,
)

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5,
    "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "last": LAST,
    "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "primera": 1, "primero": 1, "segunda": 2, "segundo": 2, "tercera": 3,
    "tercero": 3, "cuarta": 4, "quinta": 5, "sexta": 6, "última": LAST, "ultima": LAST,
    "último": LAST, "ultimo": LAST,
}  # fmt: skip
PLEASE = (
    r"^\W*(?:(?:please|also|and|now|can you|could you|can we|i want to|i'd like to|"
    r"por favor|ahora|quiero|puede|puedes)\W+)*"
)
_ONE = (
    r"(?:(?:the|number|num|no\.|item|question|line|la|el|las|los|número|numero|pregunta)\s+)*#?\s*"
    rf"(?P<{{}}>\d{{{{1,2}}}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
    r"(?:st|nd|rd|th|ª|º)?"
    r"(?:\s+(?:one|question|item|line|pregunta))?(?!\w)"
)
_A, _B = _ONE.format("a"), _ONE.format("b")

_ADD = re.compile(
    PLEASE
    + r"(?:(?:add|put in|include|agrega|agregar|agregue|añade|añada|añadir|incluye|incluya)\b"
    r"(?:\s+(?:a|another|my own|one more|una|otra|mi)?\s*(?:question|one|pregunta)\b)?"
    r"(?:\s+(?:that says|to ask|que diga))?)[\s:,–—-]*",
    re.IGNORECASE,
)
_CHANGE_WORD = (
    r"(?:change|edit|reword|rewrite|replace|make|correct|cambia|cambie|cambiar|corrige|corrija|"
    r"reemplaza|reemplace)"
)
_TO = r"\s*(?:\s(?:to say|to|with|into|read|say|a que diga|por|a|con)\b\s*:?|:)\s*"
_CHANGE = re.compile(
    rf"{PLEASE}{_CHANGE_WORD}\s+(?:{_A}|{MATTERS_WORDS}){_TO}(?P<text>\S.*)$", re.I | re.S
)
_TAKE_PLACES = (
    r"(?:move|put|place|bring|shift|make|mueve|mueva|mover|pon|ponga|poner|pasa|pase|sube|suba|"
    r"subir|baja|baje|bajar)"
)
_SWAP = re.compile(
    rf"{PLEASE}(?:swap|switch|trade|exchange|intercambia|intercambie|intercambiar|cambia|cambie|cambiar)\s+{_A}"
    rf"\s*(?:,|and|with|for|&|y|con|por)\s*{_B}\W*$",
    re.IGNORECASE,
)
_MOVE_TO = re.compile(
    rf"{PLEASE}{_TAKE_PLACES}\s+{_A}\s+(?P<how>(?:to|at|in|into)?\s*(?:the\s+)?"
    r"(?:(?:number|place|position|spot|#)\s*)*|before|after|above|below|under|"
    r"(?:al?|en)?\s*(?:el|la)?\s*(?:número|numero|lugar)?\s*|antes de|después de|despues de)"
    rf"\s*{_B}(?:\s+(?:place|spot|position|lugar))?\W*$",
    re.IGNORECASE,
)
_MOVE_END = re.compile(
    rf"{PLEASE}{_TAKE_PLACES}\s+{_A}\s+(?:(?:to|at|on|in)\s+)?(?:the\s+|al?\s+|hasta\s+)*(?:"
    r"(?P<top>top|start|beginning|first|front|principio|inicio|comienzo|primero|primera|"
    r"de primer[ao])|(?P<end>bottom|end|last|final|último|ultimo|última|ultima))\b\W*"
    r"(?:of the list|one|de la lista)?\W*$",
    re.IGNORECASE,
)
_MOVE_STEP = re.compile(
    rf"{PLEASE}(?:{_TAKE_PLACES}\s+{_A}\s+(?P<up>up|higher|arriba|más arriba|hacia arriba)|"
    rf"{_TAKE_PLACES}\s+{_ONE.format('c')}\s+(?P<down>down|lower|abajo|más abajo|hacia abajo))\b",
    re.IGNORECASE,
)
_SUBE = re.compile(rf"{PLEASE}(?P<verb>sube|suba|subir|baja|baje|bajar)\s+{_A}\W*$", re.IGNORECASE)
_BEFORE = re.compile(r"before|above|antes", re.IGNORECASE)
_AFTER = re.compile(r"after|below|under|despu", re.IGNORECASE)
_REMOVE = re.compile(
    r"\b(?:remove|delete|dlete|drop|erase|scratch|cross out|take|get rid|leave out|leave|lose|hide|"
    r"without|skip|doesn't apply|don't (?:want|need)|dont (?:want|need)|can go|quita|quite|quitar|"
    r"borra|borre|borrar|elimina|elimine|saca|saque|sacar|sin|no quiero|deja fuera)\b",
    re.IGNORECASE,
)
_PLACE = rf"\d{{1,2}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
_REMOVE_PLACES = re.compile(
    rf"^\W*(?:por favor\W+)?\w+\s+(?P<places>"
    rf"(?:(?:{_PLACE})\b|\b(?:y|la|las|el|los|número|pregunta)\b|[\s,])+)"
    r"(?:por favor)?\W*$",
    re.IGNORECASE,
)
_IN = re.compile(
    r"\b(?:put|bring|add|include|show|with|want|need|pon|ponga|agrega|agregue|añade|añada|incluye|"
    r"incluya|muestra|muestre|con|quiero)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:put|bring|get|give)\b.*\bback\b|"
    r"\b(?:devuelve|devuelva|regresa|regrese|recupera|recupere)\b",
    re.IGNORECASE,
)
_REMOVED_ONES = re.compile(
    r"\bquestions?\b.*\b(?:remov|took|taken|left|delet)|\beverything\b|\ball\b|\btodas?\b|\btodo\b|"
    r"\bpreguntas\b.*\b(?:quit|borr|sac)",
    re.IGNORECASE,
)
_UNDOES = re.compile(
    r"\b(?:undo|put (?:it|that) back|bring (?:it|that) back|deshacer|deshaz|deshaga)\b", re.I
)
_ALL = re.compile(r"\b(?:all of (?:them|it)|everything|all|todas?|todo)\W*$", re.IGNORECASE)
_ONLY = re.compile(
    r"\b(?:only|just|nothing but|solo|sólo|solamente|nada más)\b.*\b(?:questions|preguntas)\b", re.I
)
_CHOOSE = re.compile(
    r"\b(?:choose|pick|select|elegir|escoger|elijo|escojo)\b.*\b(?:goes|go|in|parts?|sections?|"
    r"va|partes|secciones)\b|\b(?:sections|secciones)\b|\b(?:which|what|other) parts\b|"
    r"\bqué partes\b",
    re.IGNORECASE,
)
_CHOICES: dict[str, Edit] = {"last": Remove((LAST,)), "undo": Undo(), "choose": Choose()}


def read_edit(heard: Heard) -> Edit | None:
    """The edit that a message asks for, or None when it does not say."""
    if not heard.text:
        return _chosen(heard)
    for read in _READERS:
        if edit := read(heard):
            return edit
    return None


def is_exact(edit: Edit | None) -> bool:
    """Whether the message can be nothing but this edit, whatever intent was guessed."""
    return isinstance(edit, Change | Move | Swap | Parts | Choose | PutBack)


def _chosen(heard: Heard) -> Edit | None:
    parts = Parts(on=tuple(heard.values("section_in")), off=tuple(heard.values("section_out")))
    if parts.on or parts.off:
        return parts
    return next((_CHOICES[one] for one in heard.values("number") if one in _CHOICES), None)


def _undo(heard: Heard) -> Edit | None:
    return Undo() if _UNDOES.search(heard.text) else None


def _put_back(heard: Heard) -> Edit | None:
    asked = _BACK.search(heard.text) and not parts_in(heard.text)
    return PutBack() if asked and _REMOVED_ONES.search(heard.text) else None


def _swap(heard: Heard) -> Edit | None:
    found = _SWAP.search(heard.text)
    return Swap(_place(found["a"]), _place(found["b"])) if found else None


def _change(heard: Heard) -> Edit | None:
    found = _CHANGE.search(heard.text)
    if not found:
        return None
    return Change(_place(found["a"]) if found["a"] else None, _unquoted(found["text"]))


def _move(heard: Heard) -> Edit | None:
    if found := _MOVE_END.search(heard.text):
        return Move(_place(found["a"]), to=1 if found["top"] else LAST)
    if found := _MOVE_STEP.search(heard.text):
        return Move(_place(found["a"] or found["c"]), steps=-1 if found["up"] else 1)
    if found := _SUBE.search(heard.text):
        return Move(_place(found["a"]), steps=-1 if found["verb"].lower().startswith("s") else 1)
    if found := _MOVE_TO.search(heard.text):
        return _beside(_place(found["a"]), _place(found["b"]), found["how"])
    return None


def _beside(place: int, other: int, how: str) -> Move:
    """Before or after another, which moves up when the first one leaves from above it."""
    if other == LAST or not (_BEFORE.search(how) or _AFTER.search(how)):
        return Move(place, to=other)
    from_above = 0 < place < other
    if _BEFORE.search(how):
        return Move(place, to=other - 1 if from_above else other)
    return Move(place, to=other if from_above else other + 1)


def _parts(heard: Heard) -> Edit | None:
    named = parts_in(heard.text)
    if _ONLY.search(heard.text) and not named:
        return Parts(off=("bring", "asked", "decline", *CALLS))
    if not named or heard.asks:
        return None
    if _REMOVE.search(heard.text) and not _BACK.search(heard.text):
        return Parts(off=named)
    return Parts(on=named) if _IN.search(heard.text) or _BACK.search(heard.text) else None


def _choose(heard: Heard) -> Edit | None:
    return Choose() if _CHOOSE.search(heard.text) else None


def _add(heard: Heard) -> Edit | None:
    added = _ADD.match(heard.text)
    if not added:
        return None
    text = heard.text[added.end() :]
    if is_part(text):
        return Parts(on=parts_in(text))
    return Add(_unquoted(text)) if text.strip() else None


def _remove(heard: Heard) -> Edit | None:
    if not _REMOVE.search(heard.text):
        return None
    numbers = heard.values("number")
    places = tuple(
        LAST if number == "last" else int(number)
        for number in numbers
        if number == "last" or number.isdigit()
    )
    if not places and (found := _REMOVE_PLACES.search(heard.text)):
        places = tuple(_place(one) for one in re.findall(_PLACE, found["places"].lower()))
    if places:
        return Remove(places)
    return Clear() if _ALL.search(heard.text) else None


_READERS: tuple[Callable[[Heard], Edit | None], ...] = (
    _undo,
    _put_back,
    _swap,
    _change,
    _add,
    _move,
    _parts,
    _choose,
    _remove,
)


def _place(said: str) -> int:
    return int(said) if said.isdigit() else _NUMBERS[said.lower()]


def _unquoted(text: str) -> str:
    """Without the white space around it, and without quotation marks that hold all of it."""
    text = text.strip()
    pairs = {'"': '"', "“": "”", "«": "»"}
    close = pairs.get(text[0])
    inside = text[1:-1]
    if close and len(text) > 2 and text[-1] == close and close not in inside and inside.strip():
        return inside.strip()
    return text
