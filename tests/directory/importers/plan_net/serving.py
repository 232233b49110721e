"""A FHIR server on loopback that speaks paging, and whatever else a test makes it say."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.directory.importers.plan_net.resources import as_bundle


class Fhir:
    """Serves resources, `size` of a kind a page; `included` says whether it knows _include.

    `answers` are (status, headers, body) to give first, before anything else.
    """

    def __init__(self, resources, *, size=2, included=True, kinds=None, answers=()):
        self.resources = resources
        self.size = size
        self.included = included
        self.kinds = kinds
        self.answers = list(answers)
        self.asked = []
        self.base = ""

    def answer(self, path):
        """Status, headers and body for a path with its query."""
        self.asked.append(path)
        if self.answers:
            return self.answers.pop(0)
        asked = urlsplit(path)
        kind, query = asked.path.rsplit("/", 1)[-1], parse_qs(asked.query)
        if self.kinds is not None and kind not in self.kinds:
            return 404, {}, outcome("Unknown resource type")
        found = [one for one in self.resources if one["resourceType"] == kind]
        if "_id" in query:
            ids = ",".join(query["_id"]).split(",")
            found = [one for one in found if one["id"] in ids]
        at = int(query.get("_at", ["0"])[0])
        page = found[at : at + self.size]
        if self.included and "_include" in query:
            page = page + [one for one in self.resources if one["resourceType"] != kind]
        bundle = as_bundle(page, self.base) | {"type": "searchset", "link": []}
        if at + self.size < len(found):
            bundle["link"].append({"relation": "next", "url": self.next(asked, at + self.size)})
        return 200, {}, json.dumps(bundle)

    def next(self, asked, at):
        query = "&".join(part for part in asked.query.split("&") if not part.startswith("_at="))
        return f"{self.base}/{asked.path.rsplit('/', 1)[-1]}?{query}&_at={at}"


def outcome(text):
    issue = [{"severity": "error", "code": "not-found", "diagnostics": text}]
    return json.dumps({"resourceType": "OperationOutcome", "id": "o", "issue": issue})


@contextmanager
def serving(fhir):
    """The base address of the server, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = fhir.answer(self.path)
            data = body if isinstance(body, bytes) else body.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fhir.base = f"http://127.0.0.1:{server.server_port}/fhir"
    try:
        yield fhir.base
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
