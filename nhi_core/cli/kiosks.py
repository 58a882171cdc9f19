"""`nhi-counter kiosk …`: enrol, list, revoke."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

from nhi_core.cli.context import open_core
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.kiosks import Kiosk
from nhi_core.security.device_keys import new_device_key, plain_public_key
from nhi_core.wire.kiosk import KioskKey


@click.group("kiosk")
def kiosk() -> None:
    """Card kiosks: enrol one, list them, revoke one that was lost."""


@kiosk.command("enrol")
@click.argument("name")
@click.option("--office", default="", help="The office whose lobby it stands in.")
@click.option("--server", help="The address the kiosk will call (default: NHI_PUBLIC_URL).")
@click.option("--out", type=click.Path(path_type=Path), help="Write a key file (mode 0600) for the kiosk.")
@click.option(
    "--public-key",
    "public_key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The key was made on the kiosk (`python -m card_kiosk keygen`): its public half, PEM.",
)
def enrol(name: str, office: str, server: str | None, out: Path | None, public_key: Path | None) -> None:
    """Enrol a kiosk called NAME.

    \b
    Examples:
      nhi-counter kiosk enrol "Lobby 1" --office houli --out kiosk.json
      nhi-counter kiosk enrol "Lobby 1" --public-key lobby-1.pub
    """
    if (out is None) == (public_key is None):
        raise click.UsageError("give either --out or --public-key")
    with open_core() as core:
        if public_key is not None:
            found = core.kiosks.enrol(
                name, office, plain_public_key(public_key.read_text("ascii", "replace"))
            )
            click.echo(f"kiosk id: {found.id}")
            return
        private, public = new_device_key()
        path = out or Path()
        with _own_file(path) as file:
            found = core.kiosks.enrol(name, office, public)
            key = KioskKey(kiosk_id=found.id, private_key=private, server=server or core.settings.public_url)
            file.write(key.model_dump_json(indent=2) + "\n")
    click.echo(f"kiosk id: {found.id}\nkey file: {path} (move it to the kiosk, keep no copy)")


@kiosk.command("list")
def list_kiosks() -> None:
    """List the kiosks: when they were last seen, and which are revoked.

    \b
    Example:
      nhi-counter kiosk list
    """
    with open_core() as core:
        found = core.kiosks.all()
    if not found:
        click.echo("No kiosk is enrolled.")
    for one in found:
        click.echo(f"{one.id}  {one.name}  {one.office or '-'}  {_standing(one)}")


@kiosk.command("revoke")
@click.argument("kiosk_id")
def revoke(kiosk_id: str) -> None:
    """Revoke a kiosk at once; its open sessions end. It can only come back by enrolling anew.

    \b
    Example:
      nhi-counter kiosk revoke 3f0c…
    """
    with open_core() as core:
        ended = core.kiosks.revoke(kiosk_id)
    click.echo(f"Revoked. {ended} open session(s) ended.")


def _standing(one: Kiosk) -> str:
    if one.revoked_at is not None:
        return f"revoked {_taipei(one.revoked_at)}"
    return f"seen {_taipei(one.seen_at)}" if one.seen_at else "never seen"


def _taipei(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%Y-%m-%d %H:%M}"


def _own_file(path: Path) -> TextIO:
    """Open a new file that its owner alone can read; an existing one is never overwritten."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except FileExistsError:
        raise click.ClickException(f"{path} exists already; it is never overwritten") from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written ({error.strerror})") from None
