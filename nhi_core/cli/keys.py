"""`nhi-counter keys …`: the key file and what is sealed with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from nhi_core.adapters.clock import SystemClock
from nhi_core.adapters.db import ColumnSealer, make_engine, reseal, stale_values
from nhi_core.adapters.db.key_use import REMEDIES, hashes_under
from nhi_core.cli.context import load_settings
from nhi_core.security import (
    PURPOSES,
    KeyedFingerprints,
    KeyRings,
    KeyState,
    Sealer,
    create_key_file,
    load_key_file,
    older_keys,
    retire_key_file,
    rotate_key_file,
)
from nhi_core.settings import Settings

_SETTLE = timedelta(days=1)
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
@click.option(
    "--prepare", is_flag=True, help="Only make the new key readable: the first step while anything runs."
)
@click.option("--stopped", is_flag=True, help="In one step: no process is running.")
@_file
def rotate(path: Path, purpose: str | None, prepare: bool, stopped: bool) -> None:
    """Make a new active key for PURPOSE (default: for all). Older keys stay for reading.

    While the product runs: `--prepare`, restart every process, `rotate`, restart every process, `reseal`,
    and a day later `retire`: docs/runbooks/key-rotation.md.

    \b
    Examples:
      nhi-counter keys rotate --prepare
      nhi-counter keys rotate
      nhi-counter keys rotate --stopped seal
    """
    chosen = [purpose] if purpose else list(PURPOSES)
    rings = load_key_file(path, allow_sandbox=True)
    unprepared = [one for one in chosen if rings.ring(one).keys[0].state is KeyState.ACTIVE]
    if unprepared and not prepare and not stopped:
        raise click.ClickException(
            f"no key is prepared ({', '.join(unprepared)}): a process that runs could not read what another "
            "one writes. Use --prepare first and restart every process; --stopped if none is running."
        )
    for one in chosen:
        ring = rotate_key_file(path, one, prepare=prepare).ring(one)
        click.echo(f"{one}: active {ring.active.id}, {len(ring.keys) - 1} more for reading")
    after = "`nhi-counter keys rotate`" if prepare else "`nhi-counter keys reseal`"
    click.echo(f"Restart every process (on every machine, with this same file), then run {after}.")


@keys.command("retire")
@click.argument("purpose", required=False, type=click.Choice(PURPOSES))
@click.option("--now", "at_once", is_flag=True, help="Do not wait a day after the rotation.")
@click.option("--even-so", is_flag=True, help="Retire though some things stop working; they are listed.")
@_file
def retire(path: Path, purpose: str | None, at_once: bool, even_so: bool) -> None:
    """Take the older keys out of the file, once nothing stored needs them; restart the processes after.

    The file as it was is kept beside it: backups made until now open with it alone. Keep it with them, and
    throw it away with the last of them.

    \b
    Example:
      nhi-counter keys retire
    """
    settings = load_settings()
    rings = load_key_file(path, allow_sandbox=not settings.production)
    chosen = [one for one in ([purpose] if purpose else PURPOSES) if older_keys(rings, one)]
    if not chosen:
        click.echo("No older keys: nothing to retire.")
        return
    age = SystemClock().now() - datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if age < _SETTLE and not at_once:
        raise click.ClickException(
            f"the file was changed {age.total_seconds() / 3600:.0f} hours ago; what lies in Redis and signed "
            "addresses live for a day. Wait, or use --now and lose them."
        )
    _refuse_stale(settings, rings, chosen, even_so=even_so)
    for one in chosen:
        kept = retire_key_file(path, one)
        click.echo(f"{one}: older keys are out. The file as it was: {kept}")
    click.echo("Restart every process (on every machine, with this same file).")


def _refuse_stale(settings: Settings, rings: KeyRings, chosen: list[str], *, even_so: bool) -> None:
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        stale = {place: count for place, count in stale_values(engine, _sealer(rings)).items() if count}
        prints = tuple(key.id for key in older_keys(rings, "fingerprint")) if "fingerprint" in chosen else ()
        lost = hashes_under(engine, prints, SystemClock().now()) if prints else {}
    finally:
        engine.dispose()
    if stale:
        places = ", ".join(f"{place} ({count})" for place, count in stale.items())
        raise click.ClickException(f"still under older keys: {places}. Run `nhi-counter keys reseal`.")
    for place, count in lost.items():
        click.echo(f"{place}: {count} under older keys; {REMEDIES[place]}")
    if lost and not even_so:
        raise click.ClickException("these would stop working. Wait, or use --even-so.")


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
    broken = twice = 0
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        for report in reseal(engine, _sealer(_fresh_rings(settings))):
            click.echo(
                f"{report.table}: {report.seen} rows, {report.resealed} re-sealed, {report.broken} broken"
                f"{f', {report.twice} stand twice' if report.twice else ''}"
            )
            broken, twice = broken + report.broken, twice + report.twice
    finally:
        engine.dispose()
    if broken:
        raise click.ClickException(f"{broken} rows do not open: is a key missing from the file?")
    if twice:
        raise click.ClickException(
            f"{twice} rows have a double under the new key: docs/runbooks/key-rotation.md says what to do"
        )


def _sealer(rings: KeyRings) -> ColumnSealer:
    return ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))


def _fresh_rings(settings: Settings) -> KeyRings:
    if settings.keys_file is None:
        raise click.ClickException("the sandbox's built-in keys do not rotate; set NHI_KEYS_FILE")
    return load_key_file(settings.keys_file, allow_sandbox=not settings.production)
