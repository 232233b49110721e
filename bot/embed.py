"""What a clinic pastes into its site: the script tag, a plain link, or a frame."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from bot.clinic import Clinic


@dataclass(frozen=True)
class Embed:
    script: str
    link: str
    iframe: str


def embed(clinic: Clinic, public_url: str) -> Embed:
    """`public_url` is where people open the service."""
    base, key = escape(public_url.rstrip("/")), escape(clinic.key)
    link = f"{base}/chat/{key}"
    return Embed(
        script=f'<script src="{base}/widget.js" data-clinic="{key}" async></script>',
        link=link,
        iframe=(
            f'<iframe src="{link}" title="{escape(clinic.name)}" allow="clipboard-write" '
            'style="width: 100%; height: 40rem; border: 0"></iframe>'
        ),
    )
