"""`nhi-counter import …`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nhi_core.adapters.premiums.files import write_report
from nhi_core.bootstrap import Core
from nhi_core.cli.context import EXIT_REFUSED, open_core
from nhi_core.domain.imports import ImportKind, ImportState
from nhi_core.services.imports import ImportView
from nhi_core.services.imports_registrations import RegistrationService

_ORDER = "Import persons first, then bills, then payments and subsidies."
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_SENTENCES = {
    ImportState.APPLIED.value: "Applied: {inserted:,} new, {updated:,} changed, {unchanged:,} as they were.",
    ImportState.CHECKED.value: "Looked over, nothing applied: {read:,} rows could be applied.",
    ImportState.REFUSED.value: "Nothing was applied. Mend the file, or take its good rows with --good-rows.",
}


@click.group("import")
def imports() -> None:
    """Bring files of the agency into the books (CSV, UTF-8 or Big5): whole or not at all, twice counts once.

    Killed or interrupted, the same command goes on where it stopped. Columns: docs/howto/import-data.md.
    """


def _verb(kind: ImportKind, what: str) -> None:
    def run(file: Path, **options: Any) -> None:
        with open_core() as core:
            view = _run(core, kind, file, options)
            _tell(core, view, file, options["report"])
        if view.state == ImportState.REFUSED.value or (view.rejected and not options["good_rows"]):
            click.get_current_context().exit(EXIT_REFUSED)

    run.__doc__ = f"""Import {what}. {_ORDER}

    \b
    Examples:
      nhi-counter import {kind.value} {kind.value}.csv
      nhi-counter import {kind.value} {kind.value}.csv --check
    """
    imports.add_command(click.command(kind.value)(_options(run)))


def _options(run: Callable[..., None]) -> Callable[..., None]:
    decorators: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = (
        click.option("--again-from-start", is_flag=True, help="Read from the start, whatever was staged."),
        click.option("--report", type=click.Path(dir_okay=False, path_type=Path),
                     help="Where to write why rows were refused [FILE.rejected.csv]."),
        click.option("--good-rows", is_flag=True, help="Apply the good rows of a file that has bad ones."),
        click.option("--check", is_flag=True, help="Look the file over; apply nothing."),
        click.option("--encoding", type=click.Choice(["utf-8", "big5"]), help="[found out]"),
        click.argument("file", type=_FILE),
    )  # fmt: skip
    for decorate in decorators:
        run = decorate(run)
    return run


def _run(core: Core, kind: ImportKind, file: Path, options: dict[str, Any]) -> ImportView:
    with click.progressbar(length=file.stat().st_size, label=f"{kind.value}", file=sys.stderr) as bar:

        def progress(done: int, _size: int) -> None:
            bar.update(done - bar.pos)
            if bar.pos >= file.stat().st_size:
                bar.label = "checking and applying"
                bar.render_progress()

        return core.imports.run(
            kind,
            file,
            encoding=options["encoding"],
            apply=not options["check"],
            only_good_rows=options["good_rows"],
            fresh=options["again_from_start"],
            progress=progress,
        )


def _tell(core: Core, view: ImportView, file: Path, report: Path | None) -> None:
    if view.again:
        click.echo(f"This file was applied before (import {view.import_id}); nothing was done.")
        return
    if view.resumed_at is not None:
        click.echo(f"Went on at line {view.resumed_at:,}, where an earlier run had stopped.")
    click.echo(f"Read as {view.encoding}: {view.read:,} rows understood, {view.rejected:,} refused.")
    if view.rejected:
        path = report or file.with_name(f"{file.name}.rejected.csv")
        count = write_report(path, core.imports.rejects(view.import_id))
        click.echo(f"Why, row by row ({count:,} lines): {path}")
    click.echo(_SENTENCES[view.state].format(**{name: getattr(view, name) for name in view.__slots__}))


@imports.command("registrations")
@click.argument("file", type=_FILE)
@click.option(
    "--consented-on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="Since when the unit holds the consent of each person in the file.",
)
@click.option(
    "--letter",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the letter to the unit's contact [shown].",
)
def registrations(file: Path, consented_on: datetime, letter: Path | None) -> None:
    """Pre-register a unit's staff: FILE is named <unit code><YYYYMMDD>.CSV and holds ID, e-mail, phone.

    Good rows are kept, the others are told to the contact. Nobody can see anything by it: each person's own
    card at a kiosk still does the binding.

    \b
    Example:
      nhi-counter import registrations 11002722020260908.CSV --consented-on 2026-09-01
    """
    with open_core() as core:
        service = RegistrationService(core.imports, core.clock)
        view = service.take_in(file, consented_on=consented_on.date())
    if not view.plausible:
        click.echo(f"note: the unit code {view.unit_code} has an unusual check digit", err=True)
    if view.file.again:
        click.echo("This file was taken in before; nothing was done.")
    if letter is None:
        click.echo(f"\n{view.letter.subject}\n\n{view.letter.text}")
    else:
        letter.write_text(f"{view.letter.subject}\n\n{view.letter.text}\n", "utf-8")
        click.echo(f"The letter to the contact: {letter}")


@imports.command("list")
def list_imports() -> None:
    """List the latest imports and how they ended.

    \b
    Example:
      nhi-counter import list
    """
    with open_core() as core:
        for journal in core.imports.recent():
            click.echo(
                f"{journal.id}  {journal.kind.value:<13} {journal.state.value:<8} "
                f"{journal.staged:>10,} rows  {journal.rejected:>7,} refused  "
                f"{journal.inserted:>10,} new  {journal.updated:>8,} changed"
            )


@imports.command("report")
@click.argument("import_id")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def report(import_id: str, path: Path) -> None:
    """Write the report of IMPORT_ID's refused rows to PATH once more.

    \b
    Example:
      nhi-counter import report 0f0e… rejected.csv
    """
    with open_core() as core:
        count = write_report(path, core.imports.rejects(import_id))
    click.echo(f"{count:,} lines: {path}")


for _kind, _what in (
    (ImportKind.PERSONS, "insured persons"),
    (ImportKind.BILLS, "premium bills"),
    (ImportKind.PAYMENTS, "payments received"),
    (ImportKind.SUBSIDIES, "premium subsidies"),
):
    _verb(_kind, _what)
