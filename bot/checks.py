"""What `make check` asks of `data/` and the tables: every fault, a line each.

python -m bot.checks
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.book.formulas import formulas
from bot.clinics import ClinicError, load_clinics
from bot.settings import PROJECT
from bot.sms.answers import load_answer_words
from bot.sms.keywords import load_keywords
from bot.sms.language import load_vocabularies
from bot.sms.table import open_table
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import metadata
from bot.widget.assets import load_assets, load_words
from directory.migrate import VERSIONS
from directory.migrate import upgrade as upgrade_directory
from directory.tables import metadata as directory_metadata
from guardrails.catalogue import CatalogueError, load_catalogue
from guardrails.evaluate import judge_out_of_fold
from guardrails.examples import load_examples
from guardrails.floors import below, load_floors
from guardrails.glossary import load_glossary
from guardrails.helplines import HelplineError, load_helplines
from guardrails.reading import check_length, check_reading
from guardrails.rules import RuleError
from guardrails.screen import check_examples, load_screener
from guardrails.wording import check_languages, check_review_dates, check_wording

DATA = PROJECT / "data"
Check = Callable[[Path, date], Iterator[str]]


def content(data: Path, _today: date) -> Iterator[str]:
    """Messages, choices and terms fit their schemas and each other."""
    try:
        load_catalogue(data / "content")
        load_assets(data / "content")
        load_glossary(data / "content" / "glossary.yml")
        load_words(data / "content" / "sms" / "rendering.yml")
        load_words(data / "content" / "sms" / "list.yml")
        load_answer_words(data / "content" / "sms" / "answers.yml")
        load_words(data / "content" / "sms" / "twilio.yml")
        load_keywords(data / "content")
        load_vocabularies(data / "content" / "sms" / "languages.yml")
    except CatalogueError as error:
        yield from error.faults


def help_lines(data: Path, today: date) -> Iterator[str]:
    """Help lines are well formed, and none has expired."""
    try:
        load_helplines(data / "content" / "helplines.yml", today)
    except HelplineError as error:
        yield str(error)


def clinics(data: Path, _today: date) -> Iterator[str]:
    """Every clinic's file can be used."""
    try:
        load_clinics(data / "clinics")
    except ClinicError as error:
        yield from error.faults


def guardrail_examples(data: Path, _today: date) -> Iterator[str]:
    """Each rule catches what it says it must, and lets pass what it must."""
    try:
        yield from check_examples(data / "guardrails")
        load_examples(data / "guardrails")
    except RuleError as error:
        yield str(error)


def screening_floors(data: Path, _today: date) -> Iterator[str]:
    """Screening meets its floors."""
    folder = data / "guardrails"
    try:
        floors = load_floors(folder / "floors.yml")
        books = load_screener(folder, cache=None)
        yield from below(floors, judge_out_of_fold(books, load_examples(folder)))
    except RuleError as error:
        yield str(error)


def rule_replies(data: Path, _today: date) -> Iterator[str]:
    """Each message that a rule names is one we have."""
    try:
        known = load_catalogue(data / "content").messages
        books = load_screener(data / "guardrails", cache=None).books
    except (RuleError, CatalogueError):
        return  # told by its own check
    for book in books:
        for rule in book.rules:
            for name in (rule.reply, *rule.asked):
                if name and name not in known:
                    yield f"{book.language}/{rule.source}: {rule.id}: there is no message {name}"


def review_dates(data: Path, today: date) -> Iterator[str]:
    """Nothing was last reviewed more than twelve months ago."""
    yield from check_review_dates(data / "content", today)


def wording(data: Path, _today: date) -> Iterator[str]:
    """No message uses words that it must not use."""
    yield from check_wording(data / "content")


def languages(data: Path, _today: date) -> Iterator[str]:
    """Every message is in both languages, save those that wait for a translator."""
    yield from check_languages(data / "content")


def reading(data: Path, _today: date) -> Iterator[str]:
    """Every message reads at grade 8 or lower, and the median at 6."""
    yield from check_reading(data / "content", formulas())


def lengths(data: Path, _today: date) -> Iterator[str]:
    """No message is longer than 60 words, save those that wait to be made shorter."""
    yield from check_length(data / "content")


def texts(data: Path, today: date) -> Iterator[str]:
    """Every message can go as a text: a crisis text in one segment, any other begins in two."""
    try:
        table = open_table(data, today)
    except (CatalogueError, HelplineError):
        return  # told by its own check
    yield from table.faults()


def migrations(_data: Path, _today: date) -> Iterator[str]:
    """The migrations make exactly the tables that the code declares."""
    yield from _differences(upgrade, metadata, {})
    yield from _differences(upgrade_directory, directory_metadata, {"version_table": VERSIONS})


def _differences(
    bring: Callable[[str], None], declared: sa.MetaData, options: dict[str, object]
) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/check.db"
        bring(url)
        engine = open_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, **options})
            for change in compare_metadata(context, declared):
                one = change if isinstance(change, tuple) else tuple(change)
                yield f"{one[0]}: {one[1:]}"
        engine.dispose()


CHECKS: tuple[Check, ...] = (
    content,
    help_lines,
    clinics,
    guardrail_examples,
    screening_floors,
    rule_replies,
    review_dates,
    wording,
    languages,
    reading,
    lengths,
    texts,
    migrations,
)


def main(data: Path = DATA, today: date | None = None) -> int:
    """Print each check and its faults; 1 when there is any."""
    failed = 0
    for check in CHECKS:
        faults = list(check(data, today or date.today()))
        failed += bool(faults)
        sys.stdout.write(f"{'FAIL' if faults else 'ok  '} {(check.__doc__ or '').strip()}\n")
        sys.stdout.writelines(f"       {fault}\n" for fault in faults)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
