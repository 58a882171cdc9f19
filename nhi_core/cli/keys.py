"""`nhi-counter keys …`: the key file and what is sealed with it."""

from __future__ import annotations

from pathlib import Path

import click

from nhi_core.adapters.db import ColumnSealer, make_engine, reseal, stale_values
from nhi_core.cli.context import load_settings
from nhi_core.security import (
    PURPOSES,
    KeyedFingerprints,
    KeyRings,
    Sealer,
    create_key_file,
    load_key_file,
    rotate_key_file,
)
from nhi_core.settings import Settings

_file = click.option(
    "--file",
    "path",
    envvar="NHI_KEYS_FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The key file (default: NHI_KEYS_FILE).",
)


@click.group("keys")
def keys() -> None:
    """Key rings: make, rotate, look, re-seal. Keys are never printed."""


# `init` and `rotate` do not read the settings: production's are refused until a key file stands.
@keys.command("init")
@_file
def init(path: Path) -> None:
    """Write a new key file (mode 0600) with a fresh key for each purpose; never overwrites one.

    \b
    Example:
      nhi-counter keys init --file /etc/nhi-counter/keys.json
    """
    create_key_file(path)
    click.echo(
        f"Made {path}. Keep a copy apart from the database's backups: without it nothing sealed opens."
    )


@keys.command("rotate")
@click.argument("purpose", required=False, type=click.Choice(PURPOSES))
@click.option("--prepare", is_flag=True, help="Only make the new key readable (several machines).")
@_file
def rotate(path: Path, purpose: str | None, prepare: bool) -> None:
    """Make a new active key for PURPOSE (default: for all). Older keys stay for reading.

    Then restart the processes and run `keys reseal`. With several machines: `--prepare`, copy the file to
    each, restart; rotate, copy, restart.

    \b
    Examples:
      nhi-counter keys rotate seal
      nhi-counter keys rotate --prepare
    """
    for one in [purpose] if purpose else PURPOSES:
        ring = rotate_key_file(path, one, prepare=prepare).ring(one)
        click.echo(f"{one}: active {ring.active.id}, {len(ring.keys) - 1} more for reading")
    click.echo("Restart the processes, then run `nhi-counter keys reseal`.")


@keys.command("status")
def status() -> None:
    """Show the rings' key ids, and how much is still under older keys.

    \b
    Example:
      nhi-counter keys status
    """
    settings = load_settings()
    rings = settings.key_rings()
    for purpose in PURPOSES:
        shown = ", ".join(f"{key.id} ({key.state.value})" for key in rings.ring(purpose).keys)
        click.echo(f"{purpose:<12} {shown}")
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        stale = stale_values(engine, _sealer(rings))
    finally:
        engine.dispose()
    for place, count in stale.items():
        click.echo(f"{place:<28} {count} under older keys")


@keys.command("reseal")
def reseal_all() -> None:
    """Bring everything stored under the active keys, while the product runs.

    May be stopped and started again.

    \b
    Example:
      nhi-counter keys reseal
    """
    settings = load_settings()
    broken = 0
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        for report in reseal(engine, _sealer(_fresh_rings(settings))):
            click.echo(
                f"{report.table}: {report.seen} rows, {report.resealed} re-sealed, {report.broken} broken"
            )
            broken += report.broken
    finally:
        engine.dispose()
    if broken:
        raise click.ClickException(f"{broken} rows do not open: is a key missing from the file?")


def _sealer(rings: KeyRings) -> ColumnSealer:
    return ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))


def _fresh_rings(settings: Settings) -> KeyRings:
    if settings.keys_file is None:
        raise click.ClickException("the sandbox's built-in keys do not rotate; set NHI_KEYS_FILE")
    return load_key_file(settings.keys_file, allow_sandbox=not settings.production)
