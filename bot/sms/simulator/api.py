"""Twilio's REST API, as its own client calls it: send a message, look at one, list them."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sms.simulator.messages import API, listed
from bot.sms.simulator.twilio import Refusal, Twilio


def api(twilio: Twilio) -> Starlette:
    """The ASGI app. It takes the account's own token only."""
    account = twilio.account
    expected = "Basic " + base64.b64encode(f"{account.sid}:{account.token}".encode()).decode()

    def check(request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise Refusal(20003, "Authenticate", 401)
        if request.path_params["account"] != account.sid:
            raise Refusal(20404, "The requested resource was not found", 404)

    async def create(request: Request) -> Response:
        check(request)
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        made = twilio.create(
            form.get("To", ""),
            form.get("From", ""),
            form.get("Body", ""),
            form.get("StatusCallback"),
            form.get("MessagingServiceSid", ""),
        )
        return JSONResponse(made.document(account.sid), 201)

    async def several(request: Request) -> Response:
        check(request)
        texts = list(twilio.texts.values())
        return JSONResponse(listed(texts, account.sid, dict(request.query_params)))

    async def one(request: Request) -> Response:
        check(request)
        if (text := twilio.texts.get(request.path_params["sid"])) is None:
            raise Refusal(20404, "The requested resource was not found", 404)
        return JSONResponse(text.document(account.sid))

    messages = f"/{API}/Accounts/{{account}}/Messages"
    return Starlette(
        routes=[
            Route(f"{messages}.json", create, methods=["POST"]),
            Route(f"{messages}.json", several, methods=["GET"]),
            Route(f"{messages}/{{sid}}.json", one, methods=["GET"]),
        ],
        exception_handlers={Refusal: refused},
    )


async def refused(_request: Request, fault: Exception) -> Response:
    """An error as Twilio words it for its client."""
    assert isinstance(fault, Refusal)  # noqa: S101 - what it is registered for
    told = {
        "code": fault.code,
        "message": str(fault),
        "more_info": f"https://www.twilio.com/docs/errors/{fault.code}",
        "status": fault.status,
    }
    return JSONResponse(told, fault.status)
