"""`python -m card_kiosk`: run, read a card, diagnose, make a key."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from card_kiosk import diagnose as diagnosis
from card_kiosk.cards import nhi
from card_kiosk.problems import CardProblem
from card_kiosk.run import Kiosk, reader_service
from card_kiosk.settings import Settings, SettingsRefused, load
from card_kiosk.transport import ReaderService, ServiceGone
from nhi_core.domain.identifiers import mask_name, mask_number
from nhi_core.wire.kiosk import KioskKey

PCSC_MISSING = "pyscard is not installed: pip install pyscard (on Linux libpcsclite-dev and gcc come first)"


def _settings() -> Settings:
    try:
        return load()
    except SettingsRefused as refused:
        raise click.ClickException(str(refused)) from None


def _readers(settings: Settings) -> ReaderService:
    try:
        return reader_service(settings)
    except ImportError:
        raise click.ClickException(PCSC_MISSING) from None


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """The lobby's card kiosk."""
    # Events and codes alone are logged; what is read or typed never reaches a logger.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if context.invoked_subcommand is None:
        context.invoke(run)


@main.command()
def run() -> None:
    """Watch the readers and serve the screens until stopped."""
    settings = _settings()
    kiosk = Kiosk(settings, service=_readers(settings))
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    kiosk.start()
    where = settings.address_file or ("KIOSK_TOKEN was given" if os.environ.get("KIOSK_TOKEN") else None)
    click.echo(f"kiosk: {kiosk.url}/" if where or settings.browser else f"kiosk: {kiosk.address}")
    while not ended.wait(1):
        pass
    kiosk.stop()


@main.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Print every field. This is personal data: mind the screen."
)
def read(as_json: bool) -> None:
    """Read the card that is in, once. Without --json what is printed is masked."""
    settings = _settings()
    service = _readers(settings)
    try:
        states = service.wait(0.1)
        cards = [name for name, state in states.items() if state.present and settings.only_reader in name]
        if not cards:
            raise click.ClickException("no card is in")
        with service.connect(cards[0]) as connection:
            holder = nhi.read(connection)
    except ServiceGone as gone:
        raise click.ClickException(f"service_down: {gone.detail}") from None
    except CardProblem as problem:
        raise click.ClickException(str(problem)) from None
    if as_json:
        fields = {name: getattr(holder, name) for name in nhi.CardHolder.__dataclass_fields__}
        click.echo(json.dumps(fields, ensure_ascii=False, default=str))
    else:
        click.echo(f"{mask_name(holder.name)} {mask_number(holder.id_number)}")


@main.command()
def diagnose() -> None:
    """Print what is there and what works; nothing of any person. Exit code 1: something is wrong."""
    settings = _settings()
    try:
        service: ReaderService | None = reader_service(settings)
    except ImportError:
        service = None
    lines = diagnosis.report(settings, service)
    click.echo(diagnosis.text(lines))
    sys.exit(any(line.good is False for line in lines))


@main.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File for the private key.")
def keygen(out: Path) -> None:
    """Make a key on this machine; print the public half, for `nhi-counter kiosk enrol --public-key`."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_new(out, private)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    click.echo(public.decode(), nl=False)


@main.command()
@click.option(
    "--key", type=click.Path(path_type=Path, exists=True), required=True, help="The file of `keygen`."
)
@click.option("--id", "kiosk_id", required=True, help="What `nhi-counter kiosk enrol` printed.")
@click.option("--server", required=True, help="The server's address, https://…")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file for KIOSK_KEY_FILE.")
def keyfile(key: Path, kiosk_id: str, server: str, out: Path) -> None:
    """Put key, id and address together into the file that KIOSK_KEY_FILE names."""
    try:
        made = KioskKey(kiosk_id=kiosk_id, private_key=key.read_text("ascii"), server=server)
    except ValidationError:
        raise click.ClickException("--id or --server has the wrong form") from None
    _write_new(out, made.model_dump_json().encode())


def _write_new(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; it is not overwritten") from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
