"""What stands side by side: reviewed words only, whole rows, in the person's language."""

from datetime import date
from pathlib import Path

import pytest

from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser, Withheld

CONTENT = Path(__file__).resolve().parents[2] / "data" / "content"
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def releaser():
    return Releaser(
        load_catalogue(CONTENT), load_helplines(CONTENT / "helplines.yml", TODAY), lambda: TODAY
    )


def row(*cells, head="compare.aspect.prescribe"):
    return {"head": head, "cells": list(cells)}


TABLE = {
    "table": "compare.caption",
    "columns": ["role.coach", "role.psychiatrist"],
    "rows": [row("role.coach.prescribe", "role.psychiatrist.prescribe")],
}


def released(releaser, language="en", **changes):
    draft = {"message": "card.and", "cards": [TABLE | changes]}
    return releaser.release(draft, language).cards


def test_a_table_is_its_columns_and_rows_in_words(releaser):
    assert released(releaser) == (
        {
            "type": "table",
            "title": "Side by side: coach and psychiatrist",
            "columns": ["Coach", "Psychiatrist"],
            "rows": [{"head": "Can they prescribe medicine?", "cells": ["No", "Yes"]}],
        },
    )


def test_a_table_is_in_the_language_of_its_message(releaser):
    (table,) = released(releaser, "es")
    assert table["title"] == "Lado a lado: coach y psiquiatra"
    assert table["rows"] == [{"head": "¿Puede recetar medicinas?", "cells": ["No", "Sí"]}]


def test_three_columns_may_stand_side_by_side(releaser):
    roles = ["coach", "psychiatrist", "clinic"]
    cells = [f"role.{role}.visit" for role in roles]
    columns = [f"role.{role}" for role in roles]
    (table,) = released(releaser, columns=columns, rows=[row(*cells)])
    assert len(table["rows"][0]["cells"]) == len(table["columns"]) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": ["role.coach"]},
        {"columns": ["role.coach"] * 4},
        {"columns": "role.coach"},
        {"columns": ["role.coach", "role.nobody"]},
        {"columns": ["role.coach", {"message": "role.coach.visit"}]},
        {"rows": []},
        {"rows": TABLE["rows"] * 13},
        {"rows": ["role.coach.visit"]},
        {"rows": [row("role.coach.visit")]},
        {"rows": [row("role.coach.visit", "words of somebody else")]},
        {"rows": [row("role.coach.visit", "role.psychiatrist")]},
        {"rows": [row("role.coach.visit", ["role.psychiatrist.visit"])]},
        {"rows": [row("role.coach.visit", "role.psychiatrist.visit", head="Free text")]},
        {"rows": [{"cells": ["role.coach.visit", "role.psychiatrist.visit"]}]},
        {"table": "compare.roles"},
        {"table": None},
    ],
)
def test_what_is_not_whole_or_not_a_reviewed_fragment_is_withheld(releaser, changes):
    with pytest.raises(Withheld):
        released(releaser, **changes)
