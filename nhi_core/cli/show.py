"""`nhi-counter settings`."""

from __future__ import annotations

import click
from pydantic import SecretStr

from nhi_core import sandbox
from nhi_core.cli.context import load_settings
from nhi_core.settings import Settings


@click.command("settings")
def show_settings() -> None:
    """Show every setting by its variable's name; of secrets only whether they are set.

    \b
    Example:
      nhi-counter settings
    """
    settings = load_settings()
    for name, shown in redacted(settings):
        click.echo(f"{name:<28} {shown}")
    for sentence in settings.warnings():
        click.echo(f"note: {sentence}")


def redacted(settings: Settings) -> list[tuple[str, str]]:
    """Return (variable, what may be shown of it)."""
    rows = []
    for field_name, field in Settings.model_fields.items():
        value = getattr(settings, field_name)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            shown = "sandbox secret" if secret in sandbox.SECRETS else _without_credentials(secret)
        else:
            shown = "(not set)" if value is None else str(value)
        rows.append((str(field.validation_alias), shown))
    return rows


def _without_credentials(secret: str) -> str:
    """Show an address without user, password and parameters; nothing of any other secret."""
    scheme, separator, rest = secret.partition("://")
    if not separator:
        return "set"
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
