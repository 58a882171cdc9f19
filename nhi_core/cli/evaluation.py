"""`nhi-counter evaluation …` and `quality …`: figures taken in, the year computed."""

from __future__ import annotations

from pathlib import Path

import click

from nhi_core.cli.context import open_core
from nhi_core.domain.errors import Invalid
from nhi_core.services.evaluation_views import TakeReport, shown_total

STAFF = "cli"
_LARGEST = 4_000_000


@click.group("evaluation")
def evaluation() -> None:
    """The offices' yearly evaluation."""


@evaluation.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_figures(path: Path) -> None:
    """Take in a CSV with the head line year,month,office,item,count. Wrong lines are named and left out.

    \b
    Example:
      nhi-counter evaluation import figures-111.csv
    """
    with open_core() as core:
        _tell(core.evaluations.take(_text(path), by=STAFF))


@evaluation.command("compute")
@click.argument("year", type=int)
def compute(year: int) -> None:
    """Compute a ROC year, keep the run, and print the ranking. The same figures give the same run.

    \b
    Example:
      nhi-counter evaluation compute 111
    """
    with open_core() as core:
        run, view = core.evaluations.compute(year, by=STAFF), core.evaluations.view(year)
    click.echo(f"Run {run.id} of {run.computed_at:%Y-%m-%d %H:%M} UTC, digest {run.digest[:12]}")
    for one in view.result.scores:
        name = view.offices[one.office].name
        click.echo(f"{one.size_group}  {one.rank:>3}  {shown_total(one.total):>6}  {name}")


@click.group("quality")
def quality() -> None:
    """Quality of what offices hand in."""


@quality.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_quality(path: Path) -> None:
    """Take in a CSV: year,month,office,received and one column for each kind of error.

    \b
    Example:
      nhi-counter quality import quality-111-08.csv
    """
    with open_core() as core:
        _tell(core.quality.take(_text(path), by=STAFF))


def _tell(report: TakeReport) -> None:
    click.echo(f"{report.changed} new or changed, {report.unchanged} as they were.")
    for one in report.rejected:
        click.echo(f"line {one.line}: {one.reason}", err=True)
    if report.rejected:
        raise click.ClickException(f"{len(report.rejected)} lines were left out")


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise Invalid("the file is too large")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Invalid("the file is not UTF-8") from None
