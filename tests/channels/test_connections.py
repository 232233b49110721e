"""Callers who are slow, greedy or broken: each gets a plain refusal, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from contextlib import ExitStack, closing

import pytest
from starlette.testclient import TestClient
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot import connections
from bot.channels import body
from bot.connections import LARGEST_HEAD, Patience, PatientProtocol, allow_files
from tests.channels.serving import edge, serving

SOON = 0.6


class OnH11(Patience, H11Protocol):
    """What is served where httptools is not installed."""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return edge(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module", params=[PatientProtocol, OnH11])
def port(app, request):
    with serving(app, request.param) as port:
        yield port


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_IN_TIME", SOON)
    monkeypatch.setattr(connections, "READ_IN_TIME", SOON)
    monkeypatch.setattr(body, "IN_TIME", SOON)


def connected(port):
    return closing(socket.create_connection(("127.0.0.1", port), timeout=10))


def rest_of(connection):
    """All that comes until the other side closes."""
    got = b""
    try:
        while chunk := connection.recv(65536):
            got += chunk
    except ConnectionResetError:
        pass
    return got


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer else 0


def asked(port, *parts):
    with connected(port) as connection:
        for part in parts:
            connection.sendall(part)
        return rest_of(connection)


def is_well(port):
    answer = asked(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return status(answer) == 200


POST = b"POST /api/chat/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


# --- broken -------------------------------------------------------------------------------------


GARBAGE = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "words": b"NOT HTTP AT ALL\r\n\r\n",
    "NUL in the path": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "space in a name": b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
    "length below zero": POST + b"Content-Length: -1\r\n\r\n",
    "length twice": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "two framings": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "other framing": POST + b"Transfer-Encoding: identity\r\n\r\n{}",
    "no chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    "endless chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_what_is_no_http_is_refused_and_the_edge_lives_on(port, impatient, kind):
    assert status(asked(port, GARBAGE[kind])) in (400, 408, 411, 413, 501)
    assert is_well(port)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/%00", 404), ("/%ff%fe", 404), ("/../../etc/passwd", 404), ("/%2e%2e/x", 404)],
)
def test_a_strange_path_is_not_found(port, path, expected):
    line = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert status(asked(port, line.encode())) == expected


@pytest.mark.parametrize("target", ["/api/chat/messages?after=%00%ff", "/?language=%ff"])
def test_bytes_that_are_no_text_do_no_harm(port, target):
    head = b"GET " + target.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    answer = asked(port, head + b"Authorization: Bearer \xff\xfe\r\nOrigin: \xff\r\n\r\n")
    assert status(answer) in (200, 401)


def test_two_requests_in_one_packet_are_two(port):
    two = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    two += b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert asked(port, two).count(b"HTTP/1.1 200") == 2


# --- greedy -------------------------------------------------------------------------------------


def test_a_head_without_end_is_refused(port):
    with connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        try:
            for _ in range(4 * LARGEST_HEAD // 1024):
                connection.sendall(b"X-Filler: " + b"x" * 1012 + b"\r\n")
        except OSError:  # it closed while we were still sending
            pass
        assert status(rest_of(connection)) in (400, 431, 0)
    assert is_well(port)


def test_a_body_is_refused_by_what_it_says_of_itself_before_it_comes(port):
    answer = asked(port, POST + b"Content-Length: 65537\r\n\r\n")
    assert status(answer) == 413
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["detail"] == "body: at most 65536 bytes"


@pytest.mark.parametrize("extra", [0, 1])
def test_a_body_that_says_nothing_of_itself_is_counted(port, extra):
    text = json.dumps({"language": "en", "page": "x" * (65536 - 32)}).encode()
    text += b" " * (65536 - len(text) + extra)
    chunks = [text[n : n + 4096] for n in range(0, len(text), 4096)]
    sent = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert status(asked(port, head + sent + b"0\r\n\r\n")) == (413 if extra else 201)


@pytest.mark.parametrize("header", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
def test_a_call_that_reads_has_no_body(port, header):
    answer = asked(port, b"GET /api/chat/messages HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
    assert status(answer) == 400
    assert b"application/problem+json" in answer


@pytest.mark.parametrize("path", ["/", "/api/providers", "/nothing/here", "/api/chat/session"])
def test_the_bound_is_on_every_page(app, path):
    with TestClient(app) as client:
        huge = {"Content-Length": str(10**12)}
        assert client.request("DELETE", path, headers=huge).status_code == 413


# --- slow ---------------------------------------------------------------------------------------


def trickle(port, *parts, every=0.1):
    """What a caller gets that sends a byte now and then, and the seconds that it was let."""
    began = time.monotonic()
    with connected(port) as connection:
        connection.sendall(parts[0])
        stop = threading.Event()

        def send():
            for byte in parts[1]:
                if stop.wait(every):
                    return
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return

        sending = threading.Thread(target=send)
        sending.start()
        answer = rest_of(connection)
        took = time.monotonic() - began
        stop.set()
        sending.join()
    return answer, took


def test_a_head_that_trickles_in_is_not_waited_for(port, impatient):
    answer, took = trickle(port, b"GET /healthz HTTP/1.1\r\n", b"X-Slow: " + b"x" * 600)
    assert status(answer) == 408
    assert SOON * 0.9 < took < SOON + 3
    assert is_well(port)


def test_a_second_request_on_a_connection_may_not_trickle_either(port, impatient):
    first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    answer, took = trickle(port, first, b"GET /healthz HTTP/1.1\r\nX-Slow: " + b"x" * 600)
    assert answer.count(b"HTTP/1.1") == 2
    assert b"408" in answer
    assert took < SOON + 3


def test_a_connection_that_says_nothing_is_closed(port, impatient):
    answer, took = trickle(port, b"", b"")
    assert answer == b""
    assert took < SOON + 3


def test_a_body_that_trickles_in_is_not_waited_for(port, impatient):
    answer, took = trickle(port, POST + b"Content-Length: 600\r\n\r\n", b"{" + b" " * 599)
    assert status(answer) == 408
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == 408
    assert took < SOON + 3


def test_five_hundred_half_open_connections_hold_up_nobody(port):
    with ExitStack() as held:
        for _ in range(500):
            connection = held.enter_context(connected(port))
            connection.sendall(b"POST /api/chat/sessions HTTP/1.1\r\nHost:")
        began = time.monotonic()
        answer = asked(port, POST + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
        assert status(answer) == 201
        assert time.monotonic() - began < 3


def talkative(let_go):
    """An app that sends until its caller is gone."""

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})

        async def listen():
            while (await receive())["type"] != "http.disconnect":
                pass
            let_go.set()

        listening = asyncio.create_task(listen())
        while not let_go.is_set():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await asyncio.sleep(0)
        await listening

    return app


@pytest.mark.parametrize("protocol", [PatientProtocol, OnH11])
def test_who_does_not_read_is_let_go(impatient, protocol):
    let_go = threading.Event()
    app = talkative(let_go)
    with serving(app, protocol, lifespan="off") as port, connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100)
        for _ in range(10):  # who reads, however slowly, is not
            time.sleep(SOON / 5)
            connection.recv(1 << 20)
        assert not let_go.is_set()
        assert let_go.wait(SOON * 8)


# --- open files ----------------------------------------------------------------------


def test_open_files_are_asked_for_as_far_as_the_system_lets_us():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        assert allow_files(512) == 512
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 512
        assert allow_files(300) == 512, "it never takes any back"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
