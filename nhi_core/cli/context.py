"""What verbs share: settings and core, made only when a verb needs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from nhi_core import logs
from nhi_core.bootstrap import Core, build
from nhi_core.settings import Settings

EXIT_REFUSED = 1
EXIT_UNAVAILABLE = 3


def load_settings() -> Settings:
    """Read the settings and send logs through the redacting pipeline; raises SettingsRefused."""
    settings = Settings.load()
    logs.configure(settings, process="cli")
    return settings


@contextmanager
def open_core() -> Iterator[Core]:
    """Build the core for one verb and close it afterwards."""
    core = build(load_settings())
    try:
        yield core
    finally:
        core.close()


def sandbox_only(settings: Settings, verb: str) -> None:
    """Refuse a verb that would be a back door for real people; raises click.ClickException."""
    if settings.production:
        raise click.ClickException(f"`{verb}` is for the sandbox only")
