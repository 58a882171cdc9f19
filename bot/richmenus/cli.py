"""The verbs `nhi-counter richmenu …`."""

from __future__ import annotations

import click

from bot.line import LineClient, LineError
from bot.line_tokens import tokens_of
from bot.richmenus.sync import sync
from nhi_core.cli.context import EXIT_UNAVAILABLE, load_settings


def register(group: click.Group) -> None:
    """Add our verbs to the one command."""
    group.add_command(richmenu)


@click.group(help="The menus below the chat, in LINE.")
def richmenu() -> None:
    """Hold the verbs."""


@richmenu.command(name="sync")
@click.option("--quiet", is_flag=True, help="Say nothing when all went well.")
def sync_command(quiet: bool) -> None:
    """Bring LINE's rich menus to what the project holds; safe to run again."""
    settings = load_settings()
    line = LineClient(
        tokens_of(settings),
        api_url=settings.line_api_url,
        data_api_url=settings.line_data_api_url,
    )
    try:
        done = sync(line)
    except LineError as error:
        click.echo(f"LINE did not take the menus ({error}). Run this again.", err=True)
        raise SystemExit(EXIT_UNAVAILABLE) from None
    if not quiet:
        click.echo(
            f"{len(done.created)} created, {len(done.unchanged)} unchanged, {len(done.removed)} removed"
            + (f", {len(done.kept_stale)} stale ones wait for the next run" if done.kept_stale else "")
        )
