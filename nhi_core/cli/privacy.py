"""`nhi-counter privacy …`: what a person may ask for at the counter (docs/runbooks/privacy-requests.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import click

from nhi_core.adapters.privacy import package
from nhi_core.cli.context import open_core
from nhi_core.domain.codes import ALPHABET
from nhi_core.domain.privacy import REASONS, Erasure, ErasureState, Keep, Proof

_PATH = click.Path(dir_okay=False, path_type=Path)
_GROUPS, _GROUP = 5, 4  # 20 of 31 characters: 99 bits

_proof = click.option(
    "--proof",
    type=click.Choice([one.value for one in Proof if one is not Proof.EARLIER]),
    required=True,
    help="What the person showed at the counter.",
)
_case = click.option(
    "--case", required=True, help="The office's number of the request; no name, no ID number."
)


@click.group("privacy")
def privacy() -> None:
    """Export and erase one person's data. Check who asks first: the trail keeps what was shown."""


def _ask_number() -> str:
    # Asked for, not given as an argument: arguments stay in the shell's history and in the process list.
    return str(click.prompt("ID or UI number", hide_input=True))


@privacy.command("export")
@click.argument("target", type=_PATH)
@_proof
@_case
def export(target: Path, proof: str, case: str) -> None:
    """Write everything held about a person into an encrypted ZIP; the number is asked for.

    The password is shown once: hand it over apart from the file.

    \b
    Example:
      nhi-counter privacy export /media/usb/data.zip --proof national_id --case 115-0042
    """
    if target.exists():
        raise click.ClickException("the file exists already; it is never overwritten")
    number = _ask_number()
    with open_core() as core:
        held = core.privacy.export(number, proof=Proof(proof), case=case)
        password = "-".join(core.ids.code(ALPHABET, _GROUP) for _ in range(_GROUPS))
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(package(held, password))
    rows = sum(len(one) for one in held.tables.values())
    click.echo(f"{target}: {rows} rows of {len(held.tables)} kinds, in five languages and as JSON.")
    click.echo(f"Password (shown once, opens with 7-Zip and the like): {password}")


@privacy.command("erase")
@_proof
@_case
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(proof: str, case: str, yes: bool) -> None:
    """Erase what may be erased of a person, and say what stays and why; the number is asked for.

    Run again after a break it goes on where it stopped.

    \b
    Example:
      nhi-counter privacy erase --proof national_id --case 115-0042
    """
    number = _ask_number()
    if not yes:
        click.confirm("Erase this person's data? It cannot be taken back.", abort=True)
    with open_core() as core:
        erasure = core.privacy.erase(number, proof=Proof(proof), case=case)
        core.privacy.finish(erasure.id)
        left = any(one.id == erasure.id for one in core.privacy.under_way())
    _tell(erasure)
    if left:
        click.echo(
            "The menu in LINE is taken off within minutes by a worker; then the last copy of the id goes."
        )
    click.echo("Backups made before still hold it: see docs/runbooks/privacy-requests.md.")


@privacy.command("status")
@click.option(
    "--ids", is_flag=True, help="Only the person ids of all erasures: keep them beside the backups."
)
def status(ids: bool) -> None:
    """Say which erasures are under way.

    \b
    Examples:
      nhi-counter privacy status
      nhi-counter privacy status --ids > erased.txt
    """
    with open_core() as core:
        if ids:
            for person_id in core.privacy.erased_persons():
                click.echo(person_id)
            return
        found = core.privacy.under_way()
    for one in found:
        click.echo(
            f"{one.id}  {one.state.value:<10} since {one.requested_at:%Y-%m-%d %H:%M}Z  case {one.case}"
        )
    click.echo(f"{len(found)} under way.")


@privacy.command("repeat")
@click.argument("listing", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_case
def repeat(listing: Path, case: str) -> None:
    """After a restore: erase again what was erased since that backup was made.

    \b
    Example:
      nhi-counter privacy repeat erased.txt --case restore-2026-12-01
    """
    wanted = list(dict.fromkeys(listing.read_text("utf-8").split()))
    with open_core() as core:
        done = set(core.privacy.erased_persons())
        new = core.privacy.repeat([one for one in wanted if one not in done], case=case)
    click.echo(f"{new} of {len(wanted)} erased again; the others stood already or are not in the books.")


def _tell(erasure: Erasure) -> None:
    result = erasure.result or {}
    for verb in ("deleted", "emptied"):
        for table, count in sorted(cast("Mapping[str, int]", result.get(verb, {})).items()):
            click.echo(f"{verb:<8} {table:<26} {count:>6}")
    kept = cast("Mapping[str, tuple[int, str]]", result.get("kept", {}))
    for why in Keep:
        tables = {table: count for table, (count, reason) in kept.items() if reason == why.value}
        if tables:
            click.echo(f"kept: {REASONS[why]}")
            for table, count in sorted(tables.items()):
                click.echo(f"         {table:<26} {count:>6}")
    if erasure.state is ErasureState.REQUESTED:
        click.echo("Not cleared yet: run it again, or leave it to the sweeper.")
