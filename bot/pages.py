"""The pages that anybody may open: `/`, and a clinic's chat alone at `/chat/{clinic}`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clinic import Clinic
from bot.security import content_policy
from bot.topics import TOPIC, topic_of
from bot.widget.assets import Assets
from bot.widget.serving import script_response

CACHED = {"Cache-Control": "public, max-age=300"}
Endpoint = Callable[[Request], Awaitable[Response]]


def page_routes(assets: Assets, clinics: Mapping[str, Clinic]) -> list[Route]:
    async def front(request: Request) -> Response:
        return _front(assets, request)

    async def chat(request: Request) -> Response:
        clinic = clinics.get(request.path_params["clinic"])
        if clinic is None:  # a mistyped link: at least what this is, and the help lines
            return _front(assets, request, HTTPStatus.NOT_FOUND)
        return _chat(assets, clinic, request)

    return [
        Route("/", front),
        Route("/chat/{clinic}", chat),
        Route("/page.css", _file(assets.style, "text/css")),
        Route("/chat.css", _file(assets.chat_style, "text/css")),
        Route("/widget.js", _script(assets)),
    ]


def _front(assets: Assets, request: Request, status: HTTPStatus = HTTPStatus.OK) -> Response:
    language = request.query_params.get("language", "")
    page = assets.pages.get(language, assets.pages["en"])
    return Response(page, status, media_type="text/html")


def _chat(assets: Assets, clinic: Clinic, request: Request) -> Response:
    """The chat and nothing else, which only the clinic's own sites may frame."""
    asked = request.query_params
    language = asked.get("language", "")
    spoken = language if language in clinic.languages else clinic.languages[0]
    topic = asked.get("topic") or topic_of(clinic, asked.get("page"))
    known = topic if topic and TOPIC.fullmatch(topic) else None
    return Response(
        assets.chat(spoken, clinic.key, clinic.name, known),
        media_type="text/html",
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": content_policy(("'self'", *clinic.origins)),
        },
    )


def _file(content: bytes, kind: str) -> Endpoint:
    async def answer(_request: Request) -> Response:
        return Response(content, media_type=kind, headers=CACHED)

    return answer


def _script(assets: Assets) -> Endpoint:
    async def answer(request: Request) -> Response:
        return script_response(request, assets, CACHED)

    return answer
