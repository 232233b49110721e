"""Reading a clinic's YAML file: what may stand in it, and every fault of it, a line each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from bot.clinic import Clinic, HandoffWay, Texts
from bot.clinic_schema import GREETING, HINTS, RETENTION, SCHEMA
from bot.colours import ColourError, Colours, colours
from bot.handoff.hours import Hours, HoursError, hours_from
from bot.origins import OriginError, exact_origin
from guardrails.names import name_rules, public_name
from guardrails.plain_yaml import PlainLoader
from guardrails.wording import Ban, load_bans

BRIDGE_NEEDS = ("phone_from", "phone_name", "phone_title")
"""What an on-call phone that answers by text cannot do without."""
KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class ClinicError(Exception):
    """A clinic's file that can't be used. ``faults`` are one line each, with the file's name."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_clinic(path: Path) -> Clinic:
    """Raises `ClinicError` with every fault, and `OSError` when it can't be opened."""
    try:
        return clinic_of(path.stem, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ClinicError([f"{path.name}: not text: {error}"]) from None


def clinic_of(key: str, text: str) -> Clinic:
    """The clinic that a file of this text, named by the key, describes. Raises `ClinicError`."""
    try:
        document = yaml.load(text, Loader=PlainLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError) as error:
        raise ClinicError([f"{key}.yml: not YAML: {' '.join(str(error).split())}"]) from None
    faults = [*_of_name(key), *_of_schema(document)]
    reading = _Reading(document if isinstance(document, dict) else {})
    clinic = None
    if faults:
        reading.look()
    else:
        clinic = reading.clinic(key)
    if faults := [*faults, *reading.faults]:
        raise ClinicError([f"{key}.yml: {fault}" for fault in faults])
    assert clinic is not None  # noqa: S101 - no faults
    return clinic


def _of_name(key: str) -> Iterator[str]:
    if not KEY.fullmatch(key):
        yield "the file's name is the clinic's key: up to 40 small letters, digits and dashes"


def _of_schema(document: Any) -> Iterator[str]:
    validator = jsonschema.Draft7Validator(SCHEMA)
    for error in sorted(validator.iter_errors(document), key=lambda error: str(error.path)):
        where = ".".join(map(str, error.path))
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            others = [name for name in error.instance if name not in known]
            yield from (_unknown(where, name, known) for name in others)
        elif error.validator == "required":
            yield f"{where or 'file'}: {error.message.replace('a required property', 'missing')}"
        else:
            hint = _hint([str(part) for part in error.path])
            told = f"{error.instance!r}: give {hint}" if hint else error.message
            yield f"{where or 'file'}: {told}"


def _hint(path: list[str]) -> str | None:
    """What the setting must be; the innermost name that has a hint counts."""
    return next((HINTS[name] for name in reversed(path) if name in HINTS), None)


def _unknown(where: str, name: Any, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(str(name), known, n=1)
    mend = f"did you mean {near[0]}?" if near else f"it is one of {', '.join(known)}"
    return f"{_join(where, str(name))}: not a setting; {mend}"


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


class _Reading:
    """The values that need more than a schema. Collects `faults` and goes on."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.faults: list[str] = []

    def clinic(self, key: str) -> Clinic | None:
        """None when there are faults."""
        plain = ("name", "country", "state", "phone", "providers", "provider_source", "leave_url")
        values = {name: self.document[name] for name in plain if name in self.document}
        found = Clinic(
            key=key,
            languages=tuple(self.document["languages"]),
            retention_days=self.document.get("retention_days", RETENTION),
            pages={path: of["topic"] for path, of in self.document.get("pages", {}).items()},
            **values,
            **self._values(),
        )
        return None if self.faults else found

    def look(self) -> None:
        """For the faults of what can be read, in a file whose form is faulty already."""
        for check in (self._colours, self._hours, self._origins):
            try:
                check()
            except (TypeError, AttributeError, KeyError):  # the schema has told
                continue

    def _values(self) -> dict[str, Any]:
        self._name()
        self._own_providers()
        return {
            "origins": self._origins(),
            "colours": self._colours(),
            "greeting": self._greeting(),
            "hours": self._hours(),
            "handoff": self._handoff(),
            "texts": self._texts(),
        }

    def _name(self) -> None:
        name = self.document["name"]
        try:
            shown = public_name(name)
        except ValueError as error:
            shown = str(error)
        if shown != name:
            self.faults.append(f"name: {name!r} can't be shown as it is; {shown!r} could")

    def _origins(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for value in self.document.get("origins") or ():
            try:
                found[exact_origin(value)] = None
            except OriginError as error:
                self.faults.append(f"origins: {error}")
        return tuple(found)

    def _colours(self) -> Colours | None:
        section = self.document.get("colours")
        return self._try(lambda: colours(**section), "colours: ") if section else None

    def _hours(self) -> Hours | None:
        section = self.document.get("hours")
        return self._try(lambda: hours_from(section)) if section is not None else None

    def _try(self, read: Callable[[], Any], where: str = "") -> Any:
        try:
            return read()
        except (ColourError, HoursError) as error:
            self.faults.append(f"{where}{error}")
            return None

    def _greeting(self) -> dict[str, str]:
        greeting: dict[str, str] = self.document.get("greeting", {})
        for language, text in greeting.items():
            where = f"greeting.{language}"
            if language not in self.document["languages"]:
                self.faults.append(f"{where}: not one of the clinic's languages")
            self.faults += [f"{where}: {fault}" for fault in greeting_faults(text)]
        return {language: text.strip() for language, text in greeting.items()}

    def _own_providers(self) -> None:
        if (
            self.document.get("providers", "all") != "all"
            and "provider_source" not in self.document
        ):
            self.faults.append("provider_source: is missing; say which list is the clinic's own")

    def _texts(self) -> Texts | None:
        section = self.document.get("texts")
        if section is None:
            return None
        numbers, languages = tuple(section.get("numbers", ())), section.get("languages", {})
        if not numbers and "service" not in section:
            self.faults.append("texts: needs numbers, or a service, or both")
        for number, language in languages.items():
            if number not in numbers:
                self.faults.append(f"texts.languages: {number} is not among the numbers")
            if language not in self.document["languages"]:
                self.faults.append(f"texts.languages: {language} is not one of the clinic's")
        return Texts(numbers, section.get("service"), languages)

    def _handoff(self) -> HandoffWay | None:
        section = self.document.get("handoff")
        if section is None:
            return None
        to = section["to"]
        if to != "staff" and to not in section:
            self.faults.append(f"handoff.{to}: is missing; it says where to")
        needed = [name for name in BRIDGE_NEEDS if name not in section]
        if section.get("bridge") and to != "phone":
            self.faults.append("handoff.bridge: is for `to: phone` only")
        elif section.get("bridge") and needed:
            self.faults.append(f"handoff.bridge: needs {', '.join(needed)}")
        values = {name: section[name] for name in section if name not in ("webhook", "chatwoot")}
        for way in ("webhook", "chatwoot"):
            values |= {f"{way}_{name}": value for name, value in section.get(way, {}).items()}
        return HandoffWay(**values)


def greeting_faults(text: str) -> list[str]:
    """What keeps these words from being a clinic's first: they are shown as the bot's own."""
    faults = []
    if not text.strip():
        faults.append("is empty")
    if len(text) > GREETING:
        faults.append(f"{len(text)} characters; at most {GREETING}")
    if not all(letter.isprintable() for letter in text.strip()):
        faults.append("one line of plain text")
    for rule in name_rules():
        if rule.only != "addresses" and (found := rule.pattern.search(text)):
            faults.append(f"{found.group()!r}: plain text, without links, numbers or commands")
    bans: list[Ban] = load_bans()
    for ban in bans:
        if found := ban.pattern.search(text):
            faults.append(f"{found.group()!r}: {ban.why}")
    return faults
