"""`nhi-counter retention`: remove what is past its time, or look what would go."""

from __future__ import annotations

import click

from nhi_core.cli.context import EXIT_UNAVAILABLE, open_core
from nhi_core.services.retention import Outcome


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Only count what is past its time.")
def retention(dry_run: bool) -> None:
    """Remove what is past its time, rule by rule, as the sweep does every few hours by itself.

    May be stopped and started again. Exit code 3 when a part did not answer; the other rules are done.

    \b
    Examples:
      nhi-counter retention --dry-run
      nhi-counter retention
    """
    with open_core() as core:
        outcomes = core.retention.look() if dry_run else core.retention.run()
    for outcome in outcomes:
        click.echo(_line(outcome))
    total = sum(outcome.removed for outcome in outcomes)
    click.echo(f"{total:,} {'past their time, nothing removed' if dry_run else 'removed'}")
    if any(outcome.failed for outcome in outcomes):
        raise SystemExit(EXIT_UNAVAILABLE)


def _line(outcome: Outcome) -> str:
    rule = outcome.rule
    failed = f"  (stopped: {outcome.failed})" if outcome.failed else ""
    return f"{rule.name:<21} {rule.period or 'at once':<11} {outcome.removed:>9,}  {rule.what}{failed}"
