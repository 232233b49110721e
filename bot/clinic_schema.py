"""What may stand in a clinic's file, as a schema, and what each setting must be, in words.

docs/embedding.md tells of each; a test keeps the two in step. What a schema can't say (colours,
origins, hours, words) `bot/clinic_file.py` checks.
"""

from __future__ import annotations

from typing import Any

from bot.topics import TOPIC
from guardrails.catalogue import LANGUAGES

GREETING = 200
"""Characters of a greeting."""
RETENTION = 30
"""Days that conversations are kept where the file does not say."""
WAYS = ("staff", "webhook", "chatwoot", "phone")
PROVIDERS = ("all", "ours_first", "only_ours")
_PHONE = {"type": "string", "pattern": r"^(\d{10}|\+\d{7,15})$"}
_ADDRESS = {
    "type": "string",
    "pattern": r"^(https://[^\s/]+|http://(localhost|127\.0\.0\.1)(:|/|$))\S*$",
}
_NAME = {"type": "string", "pattern": r"^[^\W\d_][\w .'’,()&/-]{0,59}$"}
_VARIABLE = {"type": "string", "pattern": r"^[A-Z][A-Z0-9_]{2,80}$"}


def _section(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }


SCHEMA: dict[str, Any] = _section(
    ["name", "country", "languages", "origins"],
    name={"type": "string", "minLength": 1, "maxLength": 120},
    country={"type": "string", "pattern": "^[A-Z]{2}$"},
    state={"type": "string", "pattern": "^[A-Z]{2}$"},
    languages={
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": {"enum": list(LANGUAGES)},
    },
    phone=_PHONE,
    origins={"type": "array"},
    colours=_section(["accent"], accent={}, on_accent={}),
    greeting=_section([], **{language: {"type": "string"} for language in LANGUAGES}),
    providers={"enum": list(PROVIDERS)},
    provider_source={"type": "string", "pattern": "^own-list(:[a-z0-9._-]{1,40})?$"},
    hours={},
    handoff=_section(
        ["to"],
        to={"enum": list(WAYS)},
        reply_hours={"type": "integer", "minimum": 1, "maximum": 336},
        unanswered_minutes={"type": "integer", "minimum": 1, "maximum": 1440},
        webhook=_section(["url", "secret_env"], url=_ADDRESS, secret_env=_VARIABLE),
        chatwoot=_section(
            ["url", "inbox", "secret_env"],
            url=_ADDRESS,
            inbox={"type": "string", "pattern": r"^[A-Za-z0-9_-]{4,80}$"},
            secret_env=_VARIABLE,
        ),
        phone=_PHONE,
        phone_from={"type": "string", "pattern": r"^\+\d{7,15}$"},
        bridge={"type": "boolean"},
        phone_name=_NAME,
        phone_title=_NAME,
    ),
    texts=_section(
        [],
        numbers={
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": r"^\+\d{7,15}$"},
        },
        service={"type": "string", "pattern": "^MG[0-9a-f]{32}$"},
        languages={
            "type": "object",
            "propertyNames": {"pattern": r"^\+\d{7,15}$"},
            "additionalProperties": {"enum": list(LANGUAGES)},
        },
    ),
    retention_days={"type": "integer", "minimum": 0, "maximum": 3650},
    leave_url=_ADDRESS,
    pages={
        "type": "object",
        "propertyNames": {"pattern": r"^/[^\s?#]*$"},
        "additionalProperties": _section(
            ["topic"], topic={"type": "string", "pattern": f"^{TOPIC.pattern}$"}
        ),
    },
)
HINTS = {
    "country": "two capital letters, such as US",
    "state": "two capital letters, such as TX",
    "languages": f"a list of {', '.join(LANGUAGES)}",
    "phone": 'ten digits in quotes, or + and the country\'s code: "+15125550100"',
    "origins": 'a list in [ ] of sites, such as "https://www.example.org"; [] for none',
    "provider_source": "the name of the clinic's own list, own-list or such as own-list:main",
    "providers": f"one of {', '.join(PROVIDERS)}",
    "to": f"one of {', '.join(WAYS)}",
    "url": "an https address",
    "leave_url": "an https address",
    "secret_env": "the name of an environment variable, such as DEMO_WEBHOOK_SECRET",
    "phone_from": "a number of your Twilio account, with + and the country's code",
    "bridge": "true when the on-call phone may take people and answer them by text",
    "phone_name": "a first name, such as Ana: people are told who writes",
    "phone_title": "what they do, such as nurse",
    "numbers": 'numbers of your Twilio account, in quotes: ["+15125550100"]',
    "service": "the MG... name of a Twilio messaging service",
    "retention_days": "whole days from 0 (gone at the end) to 3650",
    "reply_hours": "whole hours from 1 to 336",
    "unanswered_minutes": "whole minutes from 1 to 1440",
    "pages": 'paths with a topic: "/teens": {topic: psychiatrist}',
}
"""What a setting must be, where the schema's own words would not help."""
