"""`nhi-counter bindings …`: what the staff does at the counter for a person who showed who he or she is."""

from __future__ import annotations

import click

from nhi_core.cli.context import open_core


@click.group("bindings")
def bindings() -> None:
    """Untie a person from a LINE account; open a locked second fact. Each act is recorded."""


def _ask_number() -> str:
    # Asked for, not given as an argument: arguments stay in the shell's history and in the process list.
    return str(click.prompt("ID or UI number", hide_input=True))


@bindings.command("unbind")
def unbind() -> None:
    """Untie a person from every LINE account; the accounts are told. The number is asked for.

    \b
    Example:
      nhi-counter bindings unbind
    """
    number = _ask_number()
    with open_core() as core:
        core.binding_desk.unbind(number)
    click.echo("Unbound; the account is told.")


@bindings.command("unlock")
@click.option("--kiosk", "kiosk_id", help="Open a kiosk instead of a person.")
def unlock(kiosk_id: str | None) -> None:
    """Let a person (whose number is asked for) or a kiosk try the second fact again.

    \b
    Examples:
      nhi-counter bindings unlock
      nhi-counter bindings unlock --kiosk 3f0c…
    """
    number = None if kiosk_id else _ask_number()
    with open_core() as core:
        desk = core.binding_desk
        opened = desk.unlock_kiosk(kiosk_id) if kiosk_id else desk.unlock_person(number or "")
    click.echo("Open again." if opened else "Nothing was locked.")
