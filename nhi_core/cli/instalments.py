"""`nhi-counter instalments …`: what waits, the sheet behind a code, and the decision."""

from __future__ import annotations

import json

import click

from nhi_core.cli.context import open_core
from nhi_core.domain.application import ApplicationState
from nhi_core.services.instalment_desk import Sheet
from nhi_core.services.views import to_json


@click.group("instalments")
def instalments() -> None:
    """Applications for instalments. Decisions are told to the applicant in the chat."""


@instalments.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice([state.value for state in ApplicationState])
)
def list_waiting(states: tuple[str, ...]) -> None:
    """List what waits for a decision, the longest waiting first (or what is in the given states).

    \b
    Examples:
      nhi-counter instalments list
      nhi-counter instalments list --state approved --state running
    """
    with open_core() as core:
        rows = core.instalment_desk.waiting(*(ApplicationState(state) for state in states))
    if not rows:
        click.echo("Nothing waits.")
    for row in rows:
        checks = "checks passed" if row.passed else "look at the checks"
        click.echo(
            f"{row.code}  {row.submitted_on}  {row.state.value:<9}  {row.terms:>2} terms  "
            f"NT${row.total:>9,}  {row.person_masked}  {checks}"
        )


@instalments.command("show")
@click.argument("code")
def show(code: str) -> None:
    """Show one application with its pre-check and its terms; reading it is recorded.

    \b
    Example:
      nhi-counter instalments show ABC-234
    """
    with open_core() as core:
        sheet = core.instalment_desk.sheet(code)
    for line in _lines(sheet):
        click.echo(line)


@instalments.command("sheet")
@click.argument("code")
def sheet_json(code: str) -> None:
    """Print the counter's summary of a code as JSON, for the clerk's form; reading it is recorded.

    \b
    Example:
      nhi-counter instalments sheet ABC-234
    """
    with open_core() as core:
        sheet = core.instalment_desk.sheet(code)
    click.echo(json.dumps(to_json(sheet), ensure_ascii=False, indent=2))


@instalments.command("approve")
@click.argument("code")
def approve(code: str) -> None:
    """Approve: the plan begins, the first term is due in a week.

    \b
    Example:
      nhi-counter instalments approve ABC-234
    """
    with open_core() as core:
        plan = core.instalment_desk.approve(code)
    first, last = plan.terms[0], plan.terms[-1]
    click.echo(
        f"Approved: {len(plan.terms)} terms, NT${first.amount:,} by {first.due}, the last on {last.due}."
    )


@instalments.command("return")
@click.argument("code")
@click.option("--note", required=True, help="What is to be put right; the person reads it.")
def send_back(code: str, note: str) -> None:
    """Return it to the person, with what is to be put right.

    \b
    Example:
      nhi-counter instalments return ABC-234 --note 請留電話
    """
    with open_core() as core:
        core.instalment_desk.send_back(code, note)
    click.echo("Returned.")


@instalments.command("refuse")
@click.argument("code")
@click.option("--note", required=True, help="Why, and what else helps; the person reads it.")
def refuse(code: str, note: str) -> None:
    """Refuse it, with why and what else helps.

    \b
    Example:
      nhi-counter instalments refuse ABC-234 --note 請改辦紓困貸款
    """
    with open_core() as core:
        core.instalment_desk.refuse(code, note)
    click.echo("Refused.")


@instalments.command("default")
@click.argument("code")
def declare_default(code: str) -> None:
    """Record that an instalment was missed for good: the rest falls due together.

    \b
    Example:
      nhi-counter instalments default ABC-234
    """
    with open_core() as core:
        core.instalment_desk.declare_default(code)
    click.echo("The plan has ended; the rest is due.")


def _lines(sheet: Sheet) -> list[str]:
    amounts = f"NT${sheet.premium_total:,} premium + NT${sheet.late_fee_total:,} late fee"
    return [
        f"code:      {sheet.code} ({sheet.state.value}, handed in {sheet.submitted_on})",
        f"person:    {sheet.person_masked} {sheet.number_masked}",
        f"amount:    NT${sheet.total:,} ({amounts})",
        f"months:    {', '.join(sheet.months)}",
        f"reason:    {sheet.reason.value if sheet.reason else '-'}",
        f"contact:   {sheet.contact or '-'}",
        f"where:     {'at the counter' if sheet.at_counter else 'online'}",
        f"applied:   {'a second time' if sheet.reapplication else 'for the first time'}",
        *(f"check:     {'ok ' if passed else 'NOT'} {check.value}" for check, passed in sheet.checks),
        *(f"term {term.number:>2}:   NT${term.amount:>8,} by {term.due}" for term in sheet.schedule),
    ]
