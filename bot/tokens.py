"""Session tokens: signed, expiring, bound to one conversation at one clinic. No database needed."""

from __future__ import annotations

from datetime import timezone

from itsdangerous import BadData, URLSafeTimedSerializer

from bot.conversation import Session

LIFETIME = 30 * 24 * 3600
"""Seconds that a token is good for."""


class BadToken(Exception):
    """Not a token of ours, changed, or expired."""


class Tokens:
    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="carenav.session.v1")

    def issue(self, session: Session) -> str:
        return self._serializer.dumps([session.conversation, session.clinic, session.language])

    def read(self, token: str) -> tuple[Session, float]:
        """The session, and the unix seconds at which the token ends. Raises `BadToken`."""
        try:
            (conversation, clinic, language), signed_at = self._serializer.loads(
                token, max_age=LIFETIME, return_timestamp=True
            )
        except (BadData, ValueError, TypeError):
            raise BadToken("not a valid session token") from None
        ends = signed_at.replace(tzinfo=timezone.utc).timestamp() + LIFETIME
        return Session(conversation, clinic, language), ends
