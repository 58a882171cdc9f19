"""`nhi-counter reminders …`: where reminders stand, in numbers."""

from __future__ import annotations

import click

from nhi_core.cli.context import open_core, sandbox_only
from nhi_core.domain.reminders import ReminderKind


@click.group("reminders")
def reminders() -> None:
    """Reminders that people asked for."""


@reminders.command("status")
def status() -> None:
    """Say how many are subscribed, planned, sent, skipped and why; nothing about anybody.

    \b
    Example:
      nhi-counter reminders status
    """
    with open_core() as core:
        found, budget = core.reminder_rounds.status(), core.sends.budget()
    for kind in ReminderKind:
        click.echo(f"subscribed  {kind.value:<11} {found.subscribed.get(kind, 0):>8,}")
    for (kind, state, reason), count in sorted(found.counts.items(), key=str):
        why = f" ({reason.value})" if reason else ""
        click.echo(f"{state.value:<11} {kind.value:<11} {count:>8,}{why}")
    click.echo(f"past their moment, not sent: {found.waiting:,}")
    click.echo(f"today's planning: {'done' if found.walk.done else 'under way or not begun'}")
    left = "unlimited" if budget.left is None else f"{budget.left:,} left for reminders"
    click.echo(f"pushes this month: {budget.used:,} used, {left}")


@reminders.command("hurry")
def hurry() -> None:
    """Sandbox: let what is planned go out now instead of at the chosen hour (quiet hours still hold).

    \b
    Example:
      nhi-counter reminders hurry
    """
    with open_core() as core:
        sandbox_only(core.settings, "reminders hurry")
        count = core.reminder_rounds.hurry()
    click.echo(f"{count} brought forward.")
