"""`carenav sms`: trying out texting, and what an operator needs to set it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import FAILED, WRONG_SETTING, settings, stop
from bot.cli_sms_segments import segments_table

if TYPE_CHECKING:
    from bot.clinic import Clinic
    from bot.settings import Settings
    from bot.sms.account import Account

sms = typer.Typer(help="Text messages: try them out, and set them up.", no_args_is_help=True)
sms.command(name="segments")(segments_table)


@sms.command()
def simulate(
    to: Annotated[
        str | None, typer.Option(help="Which of the clinic's numbers; its first unless told.")
    ] = None,
    sender: Annotated[str, typer.Option("--from", help="The phone's own number.")] = "+15125550123",
    clinic: Annotated[str, typer.Option(help="The clinic, by its key.")] = "demo",
    wait: Annotated[
        float,
        typer.Option(min=0, help="Lines from a file: seconds to wait for the answer to each."),
    ] = 10.0,
) -> None:
    """A phone at this terminal that texts the running service. Start `carenav run` first.

    Signed as Twilio signs; nothing leaves this computer. Lines are read from standard input too:
    printf 'hi\\n1\\n' | carenav sms simulate
    """
    import asyncio

    from bot.settings import PROJECT
    from bot.sms.numbers import e164
    from bot.sms.simulator.simulate import NotThere
    from bot.sms.simulator.simulate import simulate as run

    ours = settings()
    account, texted = _account(ours), _clinic(ours, clinic)
    number = e164(sender, texted.country)
    if number is None:
        stop(f"--from {sender} is no phone number; give one such as +15125550123.", FAILED)
    try:
        asyncio.run(
            run(
                account,
                ours.sms_simulator_port,
                texted,
                content=PROJECT / "data" / "content",
                ours=_number(texted, to),
                number=number,
                wait=wait,
            )
        )
    except NotThere:
        stop(
            f"the service does not answer at {account.public_url}. Start it in another terminal "
            "(make run), then try again.",
            FAILED,
        )
    except OSError as fault:
        stop(
            f"cannot listen on port {ours.sms_simulator_port} ({fault.strerror}), where the "
            "service looks for Twilio. Stop what uses it, or set CARENAV_SMS_SIMULATOR_PORT to "
            "another and start the service again.",
            FAILED,
        )
    except KeyboardInterrupt:
        typer.echo("")


@sms.command(name="twilio-texts")
def twilio_texts(clinic: Annotated[str, typer.Argument(help="The clinic, by its key.")]) -> None:
    """What Twilio should answer to STOP, START and HELP, to paste into its console.

    docs/sms.md says where. Each has the emergency number and the crisis line.
    """
    from bot.sms.twilio_texts import print_twilio_texts

    print_twilio_texts(_clinic(settings(), clinic), lambda text: typer.echo(text, nl=False))


def _account(ours: Settings) -> Account:
    from bot.sms.account import account_of

    account = account_of(ours)
    if account is None or not account.simulated:
        why = "CARENAV_ENV is production" if ours.production else "TWILIO_ACCOUNT_SID is set"
        stop(f"{why}: texts are Twilio's here, so there is nothing to simulate.", WRONG_SETTING)
    return account


def _clinic(ours: Settings, key: str) -> Clinic:
    from bot.clinics import ClinicError, load_clinics

    try:
        clinics = load_clinics(ours.clinics)
    except ClinicError as fault:
        stop(str(fault), WRONG_SETTING)
    if key not in clinics:
        stop(f"there is no clinic {key}; there are: {', '.join(clinics)}.", FAILED)
    return clinics[key]


def _number(clinic: Clinic, to: str | None) -> str:
    numbers = clinic.texts.numbers if clinic.texts else ()
    if not numbers:
        stop(
            f"{clinic.key} has no number to text. Add to its file: "
            'texts: {numbers: ["+15125550101"]}',
            FAILED,
        )
    if to is None:
        return numbers[0]
    if to not in numbers:
        stop(f"{to} is not a number of {clinic.key}; it has: {', '.join(numbers)}.", FAILED)
    return to
