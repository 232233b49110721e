"""`carenav staff` and `carenav audit` on a database of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.staff.accounts import Accounts
from bot.staff.audit import Audit
from bot.staff.passwords import fits
from bot.store.database import open_engine

EMAIL = "ana@clinic.example.org"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    made = f"sqlite:///{tmp_path / 'staff.db'}"
    monkeypatch.setenv("CARENAV_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("CARENAV_DATABASE_URL", made)
    monkeypatch.setenv("CARENAV_PUBLIC_URL", "https://chat.example.org")
    return made


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def add(*more: str, typed: str = "") -> Result:
    return run("staff", "add", EMAIL, "--name", "Ana", *more, typed=typed)


def test_adding_prints_a_link_and_listing_shows_who_was_added(url: str) -> None:
    assert "https://chat.example.org/staff/invitation/" in add("--role", "admin").output
    listed = run("staff", "list")
    assert listed.exit_code == 0
    assert "invited" in listed.output
    account = Accounts(open_engine(url)).by_email(EMAIL)
    assert account
    assert (account.role, account.clinics) == ("admin", {"*"})


def test_a_password_may_be_typed_instead_and_is_not_shown(url: str) -> None:
    typed = "quiet harbour lanterns\n" * 2
    done = add("--password", typed=typed)
    assert done.exit_code == 0, done.output
    assert "quiet" not in done.output
    account = Accounts(open_engine(url)).by_email(EMAIL)
    assert account
    assert fits(account.password, "quiet harbour lanterns")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--role", "owner"], "--role must be"),
        (["--clinic", "elsewhere"], "--clinic must name"),
        (["--title", " "], "--title must be"),
    ],
)
def test_a_fault_is_one_line(url: str, more: list[str], said: str) -> None:
    done = add(*more)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


def test_nobody_is_added_twice_and_a_stranger_is_not_there(url: str) -> None:
    add()
    assert "an account with this e-mail already" in add().output
    for step in ("disable", "enable", "unlock", "reset"):
        done = run("staff", step, "nobody@clinic.example.org")
        assert done.exit_code == 1
        assert "no account with this e-mail" in done.output


def test_disabling_and_enabling_turn_it_off_and_on(url: str) -> None:
    add()
    accounts = Accounts(open_engine(url))
    assert run("staff", "disable", EMAIL).exit_code == 0
    assert "disabled" in run("staff", "list").output
    assert run("staff", "unlock", EMAIL).exit_code == 0
    assert "disabled" in run("staff", "list").output, "unlocking lets nobody in again"
    assert run("staff", "enable", EMAIL).exit_code == 0
    account = accounts.by_email(EMAIL)
    assert account
    assert account.disabled_at is None
    assert "/staff/invitation/" in run("staff", "reset", EMAIL).output
    rows = [row.action for row in Audit(accounts.engine).entries()]
    assert rows == [
        "staff.invite",
        "staff.disable",
        "staff.unlock",
        "staff.enable",
        "staff.reset",
    ]


def test_verifying_prints_the_head_and_finds_what_does_not_hold_it(url: str) -> None:
    add()
    done = run("audit", "verify")
    assert done.exit_code == 0
    head = done.output.split()[-1]
    assert head == Audit(open_engine(url)).head().hash
    run("staff", "unlock", EMAIL)
    assert run("audit", "verify", "--head", head).exit_code == 0
    missing = run("audit", "verify", "--head", "f" * 64)
    assert missing.exit_code == 1
    assert "does not hold that head" in missing.output


def test_verifying_names_the_row_that_was_changed(url: str) -> None:
    add()
    with open_engine(url).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET action = 'login'")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert "row 1 was changed" in done.output
