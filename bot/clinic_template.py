"""The file of a new clinic, with a comment for each setting."""

from __future__ import annotations

import json
from collections.abc import Sequence

_FILE = """\
# A clinic that shows the chat; the file's name is its key. See docs/embedding.md.
# After a change: carenav clinic check. A running service takes it up within seconds.
name: {name}
country: {country}
{state}
languages: {languages}
# The number that people are told. In quotes.
{phone}
# The other web sites that may show the chat, such as "https://www.example.org". Empty: none.
origins: {origins}

# The colour of buttons, and the clinic's own first words (at most 200 characters).
# colours: {{accent: "#0c7c59"}}
# greeting: {{en: "Hello. How can we help?", es: "Hola. ¿Cómo podemos ayudar?"}}

# Whom a search finds: all, ours_first, only_ours. The last two need the name of your own list
# (carenav import csv ours.csv --map ours.yml --source main gives own-list:main).
providers: all
# provider_source: own-list:main

# When people can be reached. A day that is left out is closed.
# hours:
#   timezone: America/Chicago
#   weekly: {{monday: ["09:00-12:00", "13:00-17:00"], tuesday: ["09:00-17:00"]}}
#   closed: ["2026-12-25"]
#   short: {{"2026-12-24": ["09:00-12:00"]}}

# Who answers when a person asks for a person: staff, webhook, chatwoot, phone. Without it people
# are given phone numbers.
# handoff: {{to: staff, reply_hours: 24, unanswered_minutes: 30}}

# Days that a conversation is kept after its last message; 0: gone when it ends.
retention_days: 30

# What the pages of your site are about: the chat offers that first.
# pages: {{"/teens": {{topic: child_psychiatrist}}}}
"""


def clinic_yaml(
    *,
    name: str,
    country: str,
    state: str,
    languages: Sequence[str],
    phone: str,
    origins: Sequence[str],
) -> str:
    """YAML whatever the values hold; whether they can be used is for `clinic_of` to say."""
    return _FILE.format(
        name=_quoted(name),
        country=_quoted(country),
        state=f"state: {_quoted(state)}" if state else "# state: TX",
        languages=_listed(languages),
        phone=f"phone: {_quoted(phone)}" if phone else '# phone: "5125550100"',
        origins=_listed(origins),
    )


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"
