"""Whether a request is one that Twilio's own description of its API knows: address, sign-in,
query and form. Fields that it does not know are a mistake, as are wrong types and formats."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft7Validator, FormatChecker

from tests.handoff.outside.inboxes import Asked

SPEC = json.loads((Path(__file__).parent / "twilio_messages.json").read_text())
FORMATS = FormatChecker(formats=())


@FORMATS.checks("phone-number")
def _phone(value: str) -> bool:
    return re.fullmatch(r"\+[1-9]\d{6,14}", value) is not None


@FORMATS.checks("uri")
def _uri(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in parts.hostname


@FORMATS.checks("date-time", raises=ValueError)
def _date_time(value: str) -> bool:
    return bool(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ"))


def mistakes(asked: Asked) -> list[str]:
    """What Twilio would not understand; nothing is good."""
    parts = urlsplit(asked.path)
    for template, operations in SPEC["paths"].items():
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), parts.path)
        operation = operations.get(asked.method.lower())
        if found and operation:
            return [
                *_signed_in(asked, found["AccountSid"]),
                *_named(operation, "path", list(found.groupdict().items())),
                *_named(operation, "query", parse_qsl(parts.query, keep_blank_values=True)),
                *_form(operation, asked),
            ]
    return [f"no such call: {asked.method} {parts.path}"]


def _signed_in(asked: Asked, account: str) -> list[str]:
    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    who = base64.b64decode(value).decode().partition(":")[0] if kind == "Basic" else None
    return [] if who == account else ["not signed in as that account"]


def _named(operation: dict[str, Any], where: str, given: list[tuple[str, str]]) -> list[str]:
    known = {p["name"]: p for p in operation.get("parameters", []) if p["in"] == where}
    found = []
    for name, value in given:
        if name not in known:
            found.append(f"{where}: {name} is not known")
        else:
            found += _fits({name: known[name]["schema"]}, {name: value})
    missing = {n for n, p in known.items() if p.get("required")} - {name for name, _ in given}
    return found + [f"{where}: {name} is missing" for name in sorted(missing)]


def _form(operation: dict[str, Any], asked: Asked) -> list[str]:
    if "requestBody" not in operation:
        return ["a body where none is taken"] if asked.body else []
    ((kind, content),) = operation["requestBody"]["content"].items()
    if asked.headers.get("content-type", "").partition(";")[0] != kind:
        return [f"the body is not {kind}"]
    schema = content["schema"]
    pairs = parse_qsl(asked.body.decode(), keep_blank_values=True, errors="strict")
    given = dict(pairs)
    twice = [f"form: {name} stands there twice" for name in given if _count(pairs, name) > 1]
    unknown = [f"form: {n} is not known" for n in given if n not in schema["properties"]]
    missing = [f"form: {n} is missing" for n in schema.get("required", []) if n not in given]
    return [*twice, *unknown, *missing, *_fits(schema["properties"], given), *_whole(given)]


def _whole(given: dict[str, str]) -> list[str]:
    """What the description says in words only."""
    found = []
    if not given.get("Body"):
        found.append("form: nothing to say")
    if len(given.get("Body", "")) > 1_600:
        found.append("form: Body is too long")
    if ("From" in given) == ("MessagingServiceSid" in given):
        found.append("form: either From or MessagingServiceSid")
    return found


def _count(pairs: list[tuple[str, str]], name: str) -> int:
    return sum(1 for key, _ in pairs if key == name)


def _fits(schemas: dict[str, Any], given: dict[str, str]) -> list[str]:
    found = []
    for name, value in given.items():
        if name in schemas:
            schema = {**schemas[name], "components": SPEC["components"]}
            validator = Draft7Validator(schema, format_checker=FORMATS)
            typed = _typed(schema.get("type"), value)
            found += [f"{name}: {error.message}" for error in validator.iter_errors(typed)]
    return found


def _typed(kind: str | None, value: str) -> Any:
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
