"""`nhi-counter db …`."""

from __future__ import annotations

import click

from nhi_core.adapters.db import migrate, migration_state
from nhi_core.cli.context import load_settings


@click.group("db")
def database() -> None:
    """The database's shape."""


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to this release's shape (run before the new release starts).

    \b
    Example:
      nhi-counter db upgrade
    """
    url = load_settings().database_url.get_secret_value()
    before = migration_state(url)
    if before.up_to_date:
        click.echo(f"The database is at {before.head} already.")
        return
    migrate(url)
    click.echo(f"The database went from {before.current or 'empty'} to {before.head}.")


@database.command("status")
def status() -> None:
    """Say where the database stands; exit code 1 when it needs `db upgrade`.

    \b
    Example:
      nhi-counter db status
    """
    state = migration_state(load_settings().database_url.get_secret_value())
    click.echo(f"database: {state.current or 'empty'}, this release: {state.head}")
    if not state.up_to_date:
        raise click.ClickException("run `nhi-counter db upgrade`")
