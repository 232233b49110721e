"""Help lines: who to call or text, by country. Numbers come from one reviewed file.

Rules held at load (the file's own header says how numbers are checked): no line past its date,
none verified for more than 12 months, the emergency line first on every route, and no route
that leaves a person in danger with nothing but a line that may be closed. A line that closes
says its hours, and stands after those that don't.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from guardrails.catalogue import LANGUAGES
from guardrails.rules import RuleError, load_yaml

_LONGEST_DAYS = 366
_DEFAULT = "default"
_IN_VIEW = 3
"""Ways that fit in one row of a phone's screen."""


class HelplineError(ValueError):
    """The help-line file can't be used: names the line or route, what is wrong, the mend."""


@dataclass(frozen=True)
class Helplines:
    """The loaded file. Countries are ISO 3166 codes; an unknown one gets the default."""

    words: Mapping[str, Mapping[str, str]]
    countries: Mapping[str, Mapping[str, Any]]
    lines: Mapping[str, Mapping[str, Any]]
    routes: Mapping[str, Mapping[str, tuple[str, ...]]]

    def emergency(self, country: str, language: str, *, short: bool = False) -> str:
        """The emergency number as words for a sentence; ``short`` for a text message."""
        return self._words("emergency", country, language, short)

    def crisis_line(self, country: str, language: str, *, short: bool = False) -> str:
        """How to reach the national crisis line, as words for a sentence; ``short`` for a text
        message, by text first."""
        return self._words("crisis_line", country, language, short)

    def route_line(self, about: str, country: str, language: str) -> str:
        """The first line of the route after the emergency one, as words for a sentence of a text
        message: a line of its own for what it is about, else the crisis line."""
        first = self.lines[self._route(about, country)[1]]
        if "text" in first:
            return _in(first["text"], language)
        return self.crisis_line(country, language, short=True)

    def cards(self, about: str, country: str, language: str) -> list[dict[str, Any]]:
        """Released cards for an outcome or a message id such as `safety.abuse_danger`, in order."""
        return [self._card(self.lines[name], language) for name in self._route(about, country)]

    def strip(self, country: str, language: str) -> list[dict[str, str]]:
        """The few ways that stay in view: the emergency number, then those of the next lines."""
        emergency, *others = self.cards(_DEFAULT, country, language)
        ways = [emergency["actions"][0], *(way for card in others for way in card["actions"])]
        return ways[:_IN_VIEW]

    def _route(self, about: str, country: str) -> tuple[str, ...]:
        routes = self.routes.get(country, self.routes[_DEFAULT])
        key = about.removeprefix("safety.")
        return routes.get(about) or routes.get(key) or routes[_DEFAULT]

    def _words(self, what: str, country: str, language: str, short: bool) -> str:
        named = self.countries.get(country, self.countries[_DEFAULT])
        in_short = named.get("text", {}) if short else {}
        return _in(in_short.get(what) or named[what], language)

    def _card(self, line: Mapping[str, Any], language: str) -> dict[str, Any]:
        hours = [_in(line["hours"], language)] if "hours" in line else []
        return {
            "type": "line",
            "title": _in(line["label"], language),
            "lines": [_in(line["about"], language), *hours],
            "actions": [
                {"label": self._label(channel, language), "href": _href(channel)}
                for channel in line["channels"]
                if channel.get("language", language) == language
            ],
            "note": _in(self.words["all_day"], language) if line["all_day"] else "",
        }

    def _label(self, channel: Mapping[str, str], language: str) -> str:
        way = "text_keyword" if "keyword" in channel else channel["way"]
        show = channel.get("show", channel.get("dial", ""))
        words = _in(self.words[way], language)
        return words.format(show=show, keyword=channel.get("keyword", ""))


def load_helplines(path: Path, today: date) -> Helplines:
    """Reads and checks the file. Raises HelplineError, also when a line is past its date."""
    try:
        data = load_yaml(path, "helplines.json")
    except RuleError as error:
        raise HelplineError(str(error)) from error
    for name, line in data["lines"].items():
        _check_dates(f"{path}: {name}", line, today)
        _check_languages(f"{path}: {name}", line)
        if not line["all_day"] and "hours" not in line:
            raise HelplineError(f"{path}: {name}: is not open all day; say its hours")
    for country, routes in data["routes"].items():
        if country not in data["countries"]:
            raise HelplineError(f"{path}: routes: {country} is not among the countries; add it")
        for about, names in routes.items():
            _check_route(f"{path}: routes: {country}: {about}", names, data["lines"])
    routes = {
        country: {about: tuple(names) for about, names in table.items()}
        for country, table in data["routes"].items()
    }
    return Helplines(data["words"], data["countries"], data["lines"], routes)


def _check_dates(where: str, line: Mapping[str, Any], today: date) -> None:
    try:
        verified = date.fromisoformat(line["verified_on"])
        expires = date.fromisoformat(line["expires_on"])
    except ValueError as error:
        raise HelplineError(f"{where}: {error}; write dates as YYYY-MM-DD") from error
    if expires < today:
        raise HelplineError(
            f"{where}: expired on {expires}; check it at {line['source_url']}, then set the dates"
        )
    if not 0 < (expires - verified).days <= _LONGEST_DAYS:
        raise HelplineError(f"{where}: expires_on must be within 12 months after verified_on")


def _check_languages(where: str, line: Mapping[str, Any]) -> None:
    for language in LANGUAGES:
        if not any(c.get("language", language) == language for c in line["channels"]):
            raise HelplineError(f"{where}: has no channel to show in {language}; add one")


def _check_route(where: str, names: list[str], lines: Mapping[str, Mapping[str, Any]]) -> None:
    for name in names:
        if name not in lines:
            raise HelplineError(f"{where}: there is no line {name}; add it or mend the name")
        general = lines[name]["confidence"] == "general"
        if general and "emergency" not in lines[name]["kinds"]:
            raise HelplineError(f"{where}: {name} is of general confidence; verify it first")
    if "emergency" not in lines[names[0]]["kinds"]:
        raise HelplineError(f"{where}: must begin with an emergency line, not {names[0]}")
    if not any(lines[n]["all_day"] for n in names if "emergency" not in lines[n]["kinds"]):
        raise HelplineError(f"{where}: needs a line that is open day and night")
    if names != sorted(names, key=lambda name: not lines[name]["all_day"]):
        raise HelplineError(f"{where}: put lines that close after those open day and night")


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["en"]


def _href(channel: Mapping[str, str]) -> str:
    if channel["way"] == "call":
        return f"tel:{channel['dial']}"
    if channel["way"] == "text":
        body = f"?&body={channel['keyword']}" if "keyword" in channel else ""
        return f"sms:{channel['dial']}{body}"
    return channel["url"]
