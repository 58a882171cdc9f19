"""`nhi-counter offices …`, `clerks …`, `groups …`: the division's offices, their people, its LINE groups."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from nhi_core.cli.context import open_core
from nhi_core.domain import office_list
from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.errors import Invalid
from nhi_core.services.bindings import IssuedCode
from nhi_core.services.clerks import ClerkRow

STAFF = "cli"
"""Who acts, in the trail: somebody with a shell on the server."""
_LARGEST = 1_000_000


@click.group("offices")
def offices() -> None:
    """Township offices: take a list in, look, change the size group, close."""


@offices.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_offices(path: Path) -> None:
    """Take in a CSV with the head line code,name,county,size_group. A wrong line refuses the whole file.

    \b
    Example:
      nhi-counter offices import kao-ping.csv
    """
    if path.stat().st_size > _LARGEST:
        raise Invalid("the file is too large for a list of offices")
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Invalid("the file is not UTF-8") from None
    with open_core() as core:
        report = core.offices.take(office_list.read(text), staff=STAFF)
    click.echo(f"Offices: {report.new} new, {report.changed} changed, {report.unchanged} as they were.")


@offices.command("list")
@click.option("--group", "size_group", type=click.IntRange(1, 4), help="One size group alone.")
def list_offices(size_group: int | None) -> None:
    """List the offices: code, size group, active clerks, name.

    \b
    Examples:
      nhi-counter offices list
      nhi-counter offices list --group 4
    """
    with open_core() as core:
        rows = [row for row in core.offices.all() if size_group in (None, row.office.size_group)]
    for row in rows:
        office, closed = row.office, "" if row.office.active else "  closed"
        click.echo(f"{office.code:<16}  {office.size_group}  {row.clerks:>2} clerks  {office.name}{closed}")
    click.echo(f"{len(rows)} offices, {sum(row.clerks for row in rows)} clerks")


@offices.command("show")
@click.argument("code")
def show_office(code: str) -> None:
    """Show an office with its clerks (names masked) and the invitations that are still open.

    \b
    Example:
      nhi-counter offices show KH-FENGSHAN
    """
    with open_core() as core:
        office = core.offices.get(code)
        people = [row for row in core.clerks.rows() if row.office_code == code and row.ended_at is None]
        invitations = core.offices.open_codes(CodePurpose.CLERK, code)
    state = "open" if office.active else "closed"
    click.echo(f"{office.code}  {office.name}  {office.county}  size group {office.size_group}  {state}")
    for row in people:
        click.echo(_clerk_line(row))
    for one in invitations:
        click.echo(f"open invitation until {_taipei(one.expires_at)}")


@offices.command("group")
@click.argument("code")
@click.argument("size_group", type=click.IntRange(1, 4))
def group_office(code: str, size_group: int) -> None:
    """Put an office into another size group (1: largest, 4: smallest).

    \b
    Example:
      nhi-counter offices group PH-MAGONG 3
    """
    with open_core() as core:
        office = core.offices.group(code, size_group, staff=STAFF)
    click.echo(f"{office.name}: size group {office.size_group}")


@offices.command("close")
@click.argument("code")
def close_office(code: str) -> None:
    """Close an office: nobody can register with it. Its clerks stay until they are moved or ended.

    \b
    Example:
      nhi-counter offices close KH-YANCHENG
    """
    with open_core() as core:
        core.offices.close(code, staff=STAFF)
    click.echo("Closed.")


@offices.command("reopen")
@click.argument("code")
def reopen_office(code: str) -> None:
    """Open a closed office again.

    \b
    Example:
      nhi-counter offices reopen KH-YANCHENG
    """
    with open_core() as core:
        core.offices.reopen(code, staff=STAFF)
    click.echo("Open again.")


@click.group("clerks")
def clerks() -> None:
    """Clerks of the offices: list, move to another office from a day on, end."""


@clerks.command("list")
def list_clerks() -> None:
    """List those who have not left: id, role, office, name (masked).

    \b
    Example:
      nhi-counter clerks list
    """
    with open_core() as core:
        rows = [row for row in core.clerks.rows() if row.ended_at is None]
    for row in rows:
        click.echo(_clerk_line(row))
    click.echo(f"{len(rows)} in all")


@clerks.command("transfer")
@click.argument("clerk_id")
@click.argument("office")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The first day there (default: today).")
def transfer_clerk(clerk_id: str, office: str, on: datetime | None) -> None:
    """Move a clerk to another office from a day on; where he or she was stays on record.

    \b
    Example:
      nhi-counter clerks transfer 3f0c… PT-KANDING --on 2026-11-02
    """
    with open_core() as core:
        day: date = on.date() if on else core.clock.today()
        core.clerks.transfer(clerk_id, office, day, staff=STAFF)
    click.echo(f"Moved to {office} from {day.isoformat()}.")


@clerks.command("end")
@click.argument("clerk_id")
def end_clerk(clerk_id: str) -> None:
    """End a clerk who left the office. The account stays what it is as a citizen's.

    \b
    Example:
      nhi-counter clerks end 3f0c…
    """
    with open_core() as core:
        core.clerks.end(clerk_id, staff=STAFF)
    click.echo("Ended.")


@click.group("groups")
def groups() -> None:
    """LINE groups: list, untie. A group is tied by `group-code`, typed in the group by an editor."""


@groups.command("list")
def list_groups() -> None:
    """List the groups: id, state, people, members seen, registered clerks among them.

    \b
    Example:
      nhi-counter groups list
    """
    with open_core() as core:
        rows = core.chat_groups.rows()
    for row in rows:
        people = "?" if row.group.headcount is None else row.group.headcount
        seen = f"{people} people, {row.members} seen, {row.registered} registered"
        click.echo(f"{row.group.id}  {row.group.state.value}  {seen}")
    click.echo(f"{len(rows)} groups")


@groups.command("untie")
@click.argument("group_id")
def untie_group(group_id: str) -> None:
    """Let a group go: nothing of the division is shown there until it is tied again.

    \b
    Example:
      nhi-counter groups untie 3f0c…
    """
    with open_core() as core:
        core.chat_groups.untie(group_id, staff=STAFF)
    click.echo("Untied.")


@click.command("clerk-code")
@click.argument("office")
@click.option("-q", "--quiet", is_flag=True, help="Print the code alone.")
def clerk_code(office: str, quiet: bool) -> None:
    """Make an invitation for one clerk of OFFICE (see `offices list`).

    \b
    Example:
      nhi-counter clerk-code KH-FENGSHAN
    """
    with open_core() as core:
        issued = core.offices.invite(office, staff=STAFF)
    _print_code(issued, f"a clerk of {office}", "write in the chat: 綁定 {code}", quiet=quiet)


@click.command("editor-code")
@click.option("-q", "--quiet", is_flag=True, help="Print the code alone.")
def editor_code(quiet: bool) -> None:
    """Make an invitation for one editor of the division.

    \b
    Example:
      nhi-counter editor-code
    """
    with open_core() as core:
        issued = core.offices.invite_editor(staff=STAFF)
    _print_code(issued, "an editor of the division", "write in the chat: 綁定 {code}", quiet=quiet)


@click.command("group-code")
@click.option("-q", "--quiet", is_flag=True, help="Print the code alone.")
def group_code(quiet: bool) -> None:
    """Make the code with which a registered editor ties a LINE group.

    \b
    Example:
      nhi-counter group-code
    """
    with open_core() as core:
        issued = core.offices.tie_code(staff=STAFF)
    _print_code(issued, "one LINE group", "an editor writes it in the group: {code}", quiet=quiet)


def _print_code(issued: IssuedCode, whom: str, use: str, *, quiet: bool) -> None:
    if quiet:
        click.echo(issued.display)
        return
    click.echo(f"code:       {issued.display}")
    click.echo(f"for:        {whom}")
    click.echo(f"good until: {_taipei(issued.expires_at)} (Taipei), once")
    click.echo(use.format(code=issued.display))


def _clerk_line(row: ClerkRow) -> str:
    office = row.office_code or "-"
    return f"{row.id}  {row.role.value:<6}  {row.state.value:<7}  {office:<16}  {row.masked_name}"


def _taipei(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%Y-%m-%d %H:%M}"
