"""`nhi-counter backup …`: the database into one sealed file, and back into an empty database."""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
from pathlib import Path

import click

from nhi_core.adapters.clock import SystemClock
from nhi_core.adapters.db import ColumnSealer, make_engine, migration_state
from nhi_core.adapters.db.after_restore import hold_back
from nhi_core.adapters.db.dumps import NotRestored, check, dump, restore
from nhi_core.cli.context import load_settings
from nhi_core.security import KeyedFingerprints, Sealer
from nhi_core.security.sealed_file import new_key_file, open_file, read_key_file, seal_file

_MANIFEST, _DUMP = "manifest.json", "database.dump"
_PATH = click.Path(dir_okay=False, path_type=Path)
_key = click.option("--key", "key_path", type=_PATH, required=True, help="The backup key's file.")


@click.group("backup")
def backup() -> None:
    """Save the database sealed, and restore it. The product's own keys are never in the same file."""


@backup.command("key")
@click.argument("path", type=_PATH)
def key(path: Path) -> None:
    """Make a backup key. Keep it, and a copy of NHI_KEYS_FILE, where the backups are not.

    \b
    Example:
      nhi-counter backup key /etc/nhi-counter/backup.key
    """
    try:
        new_key_file(path)
    except FileExistsError:
        raise click.ClickException("the file exists already; it is never overwritten") from None
    click.echo(f"{path}: a new backup key. Without it no backup opens.")


@backup.command("create")
@click.argument("target", type=_PATH)
@_key
def create(target: Path, key_path: Path) -> None:
    """Write a sealed backup while the product runs.

    \b
    Example:
      nhi-counter backup create /backup/2026-12-01.nhib --key /etc/nhi-counter/backup.key
    """
    settings = load_settings()
    secret, url = read_key_file(key_path), settings.database_url.get_secret_value()
    if target.exists():
        raise click.ClickException("the file exists already; it is never overwritten")
    with tempfile.TemporaryDirectory(prefix=".nhi-backup-", dir=target.parent) as folder:
        dumped, packed = Path(folder) / _DUMP, Path(folder) / "packed"
        state = migration_state(url)
        rows = dump(url, dumped)
        manifest = {
            "v": 1,
            "made_at": SystemClock().now().isoformat(),
            "database": url.partition(":")[0].partition("+")[0],
            "revision": state.current,
            "sha256": _sha256(dumped),
            "rows": rows,
        }
        (Path(folder) / _MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        with tarfile.open(packed, "w") as archive:
            for name in (_MANIFEST, _DUMP):
                archive.add(Path(folder) / name, name)
        sealed = Path(folder) / "sealed"
        sealed.touch(mode=0o600)
        with packed.open("rb") as source, sealed.open("wb") as out:
            seal_file(secret, source, out)
        sealed.replace(target)
    click.echo(f"{target}: {sum(rows.values())} rows of {len(rows)} tables at {state.current}")


@backup.command("restore")
@click.argument("source", type=_PATH)
@_key
def restore_all(source: Path, key_path: Path) -> None:
    """Restore into the EMPTY database of the settings, check it, and hold back what might go out twice.

    Start no process before it is done.

    \b
    Example:
      nhi-counter backup restore /backup/2026-12-01.nhib --key /etc/nhi-counter/backup.key
    """
    settings = load_settings()
    secret, url = read_key_file(key_path), settings.database_url.get_secret_value()
    rings = settings.key_rings()
    with tempfile.TemporaryDirectory(prefix=".nhi-restore-", dir=source.absolute().parent) as folder:
        packed = Path(folder) / "packed"
        packed.touch(mode=0o600)
        with source.open("rb") as file, packed.open("wb") as out:
            open_file(secret, file, out)
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((Path(folder) / _MANIFEST).read_text("utf-8"))
        dumped = Path(folder) / _DUMP
        if _sha256(dumped) != manifest["sha256"]:
            raise NotRestored("the dump is not the one that the manifest names")
        if manifest["database"] != url.partition(":")[0].partition("+")[0]:
            raise NotRestored(f"this is a backup of {manifest['database']}: restore into the same kind")
        restore(url, dumped)
    engine = make_engine(url)
    try:
        sealer = ColumnSealer(Sealer(rings.seal), KeyedFingerprints(rings.fingerprint))
        opened = check(engine, manifest["rows"], sealer)
        state = migration_state(url)
        if not state.up_to_date:
            click.echo(
                f"at {state.current}: run `nhi-counter db upgrade`, then `nhi-counter backup hold-back`"
            )
        held = hold_back(engine, SystemClock(settings.today).now()) if state.up_to_date else {}
    finally:
        engine.dispose()
    click.echo(f"{sum(manifest['rows'].values())} rows restored, {opened} sealed values open.")
    _tell(held)


@backup.command("hold-back")
def hold_back_all() -> None:
    """Hold back what might go out twice; only after a restore of an older release's backup.

    \b
    Example:
      nhi-counter backup hold-back
    """
    settings = load_settings()
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        _tell(hold_back(engine, SystemClock(settings.today).now()))
    finally:
        engine.dispose()


def _tell(held: dict[str, int]) -> None:
    for what, count in held.items():
        if count:
            click.echo(f"held back: {count} {what}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
