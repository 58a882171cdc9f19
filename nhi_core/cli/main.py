"""`nhi-counter`: one command; each package adds its verbs through the entry points `nhi_counter.cli`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points

import click

from nhi_core.cli.context import EXIT_REFUSED, EXIT_UNAVAILABLE
from nhi_core.domain.errors import CacheUnavailable, CounterError, StoreUnavailable
from nhi_core.redaction import describe
from nhi_core.settings import SettingsRefused

GROUP = "nhi_counter.cli"
_REMEDIES = {
    "store_unavailable": "Is the database running, is NHI_DATABASE_URL right? `nhi-counter doctor` tells.",
    "cache_unavailable": "Is Redis running, is NHI_REDIS_URL right? `nhi-counter doctor` tells.",
}


def command(registered: Iterable[EntryPoint] | None = None) -> click.Group:
    """Return the command with the verbs of every installed package.

    A package that cannot be loaded must not take the others' verbs away: it is named on stderr.
    """
    group = click.Group(
        "nhi-counter",
        help="Run and look after the counter: database, keys, codes, check-up.\n\nExit codes: 0 done, "
        "1 refused, 2 wrong usage, 3 something does not answer.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for point in sorted(registered or entry_points(group=GROUP), key=lambda point: point.name):
        try:
            register: Callable[[click.Group], None] = point.load()
        except (ImportError, AttributeError) as error:
            click.echo(f"(the verbs of “{point.name}” could not be loaded: {describe(error)})", err=True)
            continue
        register(group)
    return group


def main() -> None:
    """Run the command; our own errors become a sentence and an exit code, never a traceback."""
    try:
        command().main(prog_name="nhi-counter", standalone_mode=True)
    except SettingsRefused as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_REFUSED)
    except (StoreUnavailable, CacheUnavailable) as error:
        click.echo(f"{describe(error)}\n{_REMEDIES[error.code]}", err=True)
        sys.exit(EXIT_UNAVAILABLE)
    except CounterError as error:
        click.echo(f"Refused ({error.code}): {describe(error)}", err=True)
        sys.exit(EXIT_REFUSED)
