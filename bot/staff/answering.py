"""The routes of what staff answer people with: inbox, conversations, actions, events."""

from __future__ import annotations

from starlette.routing import Route

from bot.staff.conversation_actions import ConversationActions
from bot.staff.conversation_pages import ConversationPages
from bot.staff.inbox_pages import InboxPages
from bot.staff.office import Office
from bot.staff.staff_events import StaffEvents


def routes(office: Office) -> list[Route]:
    return [
        *InboxPages(office).routes(),
        *StaffEvents(office).routes(),
        *ConversationPages(office).routes(),
        *ConversationActions(office).routes(),
    ]
