"""A directory and the channel that answers of it, without the rest of the edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import jsonschema
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.channels.directory import DirectoryChannel, openapi
from bot.channels.problems import Problem, problem_response
from directory.database import open_engine
from directory.migrate import upgrade
from tests.directory.making import CENTRE, MILE, a_provider, keep

PLENTY = "100000/second"
SEARCH = "/api/providers"
DOCUMENT = openapi()


def fill(url: str) -> None:
    """Fifty psychologists in San Francisco, and some of whom more is known."""
    upgrade(url)
    engine = open_engine(url)
    keep(
        engine,
        *(a_provider(n, lat=CENTRE.lat + n * MILE / 10) for n in range(1, 51)),
        a_provider(
            101,
            role="psychiatrist",
            credential="MD",
            organization="Sample Clinic",
            website="https://clinic.example.org/",
            city="San Francisco",
            in_person=True,
            online=False,
            new_patients=True,
            payers=("aetna", "medicaid"),
            languages=("english", "spanish"),
            age_groups=("adult",),
            identities=(),
            times=("evening",),
            source="nppes",
        ),
        a_provider(
            102, role="psychiatrist", payers=("cigna",), verified_on=date(2020, 1, 1), sample=True
        ),
        a_provider(103, role="clinic", kind="organization", lat=30.27, lon=-97.74, state="TX"),
    )
    engine.dispose()


@contextmanager
def answering(url: str, rate: str = PLENTY, **more: Any) -> Iterator[TestClient]:
    channel = DirectoryChannel(url, rate)
    app = Starlette(routes=channel.routes(), exception_handlers={Problem: problem_response})
    with TestClient(app, **more) as client:
        yield client
    channel.close()


def check(body: Any, schema: str) -> None:
    """The body is as the document says."""
    jsonschema.validate(
        body,
        {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]},
        cls=jsonschema.Draft202012Validator,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
