"""The same address of a database means the same driver with every version of SQLAlchemy."""

import pytest

from bot.store import database as chat
from directory import database as directory


@pytest.mark.parametrize("open_engine", [chat.open_engine, directory.open_engine])
@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://u:p@h:5433/d?sslmode=require", "psycopg2"),
        ("postgresql+psycopg2://u:p@h:5433/d?sslmode=require", "psycopg2"),
        ("sqlite://", "pysqlite"),
    ],
)
def test_an_address_of_postgresql_means_the_driver_that_we_install(open_engine, url, driver):
    engine = open_engine(url)
    assert engine.dialect.driver == driver
    if driver == "psycopg2":
        asked = engine.dialect.create_connect_args(engine.url)[1]
        assert (asked["host"], asked["port"], asked["user"], asked["password"]) == (
            "h",
            5433,
            "u",
            "p",
        )
        assert asked["sslmode"] == "require"
    engine.dispose()
