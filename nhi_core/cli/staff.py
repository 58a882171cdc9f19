"""`nhi-counter staff …`: who may sign in to the console."""

from __future__ import annotations

import click

from nhi_core import sandbox
from nhi_core.bootstrap import Core
from nhi_core.cli.context import open_core, sandbox_only
from nhi_core.domain.staff import StaffRole
from nhi_core.security.timecodes import Totp
from nhi_core.services.staff import COMMAND_LINE, NewStaff

_ROLE = click.Choice([role.value for role in StaffRole])


@click.group("staff")
def staff() -> None:
    """Staff of the console: add somebody, give roles, shut out, reset. The first admin is added here."""


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The name that others see.")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLE)
def add(username: str, name: str, roles: tuple[str, ...]) -> None:
    """Add somebody; prints the first password, which the first sign-in replaces.

    \b
    Example:
      nhi-counter staff add mei.wang --name 王美 --role reviewer --role supervisor
    """
    with open_core() as core:
        found = core.staff.add(username, name, [StaffRole(role) for role in roles], by=COMMAND_LINE)
        _hand_over(core, found)


@staff.command("list")
def list_staff() -> None:
    """List the staff with their roles.

    \b
    Example:
      nhi-counter staff list
    """
    with open_core() as core:
        for one in core.staff.all():
            roles = ", ".join(sorted(role.value for role in one.roles)) or "no role"
            closed = "" if one.active else "  (shut out)"
            click.echo(f"{one.username:<20} {roles}{closed}")


@staff.command("roles")
@click.argument("username")
@click.argument("roles", nargs=-1, type=_ROLE)
def set_roles(username: str, roles: tuple[str, ...]) -> None:
    """Give exactly these roles.

    \b
    Example:
      nhi-counter staff roles mei.wang reviewer auditor
    """
    with open_core() as core:
        member = core.staff.named(username)
        core.staff.set_roles(member.id, [StaffRole(role) for role in roles], by=COMMAND_LINE)
    click.echo("Done.")


@staff.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Shut somebody out at once; open sessions end.

    \b
    Example:
      nhi-counter staff disable mei.wang
    """
    _set_active(username, active=False)


@staff.command("enable")
@click.argument("username")
def enable(username: str) -> None:
    """Let somebody in again.

    \b
    Example:
      nhi-counter staff enable mei.wang
    """
    _set_active(username, active=True)


@staff.command("reset-totp")
@click.argument("username")
def reset_totp(username: str) -> None:
    """Forget somebody's authenticator and recovery codes; the next sign-in sets up new ones.

    \b
    Example:
      nhi-counter staff reset-totp mei.wang
    """
    with open_core() as core:
        core.staff.reset_totp(core.staff.named(username).id, by=COMMAND_LINE)
    click.echo("Forgotten. The next sign-in sets up a new authenticator.")


@staff.command("reset-password")
@click.argument("username")
def reset_password(username: str) -> None:
    """Give a first password again; the authenticator is forgotten with it.

    \b
    Example:
      nhi-counter staff reset-password mei.wang
    """
    with open_core() as core:
        _hand_over(core, core.staff.reset_password(core.staff.named(username).id, by=COMMAND_LINE))


@staff.command("tie-login")
@click.argument("username")
@click.argument("subject", required=False)
def tie_login(username: str, subject: str | None) -> None:
    """Tie the SUBJECT of the organisation's own log-in (OIDC) to somebody; without one, untie it.

    \b
    Example:
      nhi-counter staff tie-login mei.wang 8f14e45f-ceea-467f-a8d1-0a1b2c3d4e5f
    """
    with open_core() as core:
        core.staff.tie_outside(core.staff.named(username).id, subject, by=COMMAND_LINE)
    click.echo("Done.")


@staff.command("code")
@click.argument("username")
def code(username: str) -> None:
    """Print the present authenticator code of one of the made-up staff (sandbox).

    \b
    Example:
      nhi-counter staff code reviewer
    """
    with open_core() as core:
        sandbox_only(core.settings, "staff code")
        if username not in sandbox.STAFF:
            raise click.ClickException(f"one of: {', '.join(sandbox.STAFF)}")
    click.echo(Totp().code(sandbox.totp_secret_for(username)))


def _set_active(username: str, *, active: bool) -> None:
    with open_core() as core:
        core.staff.set_active(core.staff.named(username).id, active=active, by=COMMAND_LINE)
    click.echo("Done.")


def _hand_over(core: Core, found: NewStaff) -> None:
    click.echo(f"username:       {found.member.username}")
    click.echo(f"first password: {found.password} (shown once; the first sign-in replaces it)")
    click.echo(f"sign in at:     {core.settings.public_url}/console/")
