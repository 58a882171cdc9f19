"""`nhi-counter mail …`: how the outbox stands, and letters that wait for a person's word."""

from __future__ import annotations

import json
from collections import defaultdict

import click

from nhi_core.cli.context import open_core
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.mail import MailKind, MailState

_WHY = {
    MailState.REFUSED: "the mail server will not take it (a bad address?)",
    MailState.UNCLEAR: "it may have gone out: the mail server's log knows, by the Message-ID",
    MailState.GIVEN_UP: "tried nine times over two days",
}


@click.group("mail")
def mail() -> None:
    """Letters: e-slips, confirmation codes, pre-registrations."""


@mail.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Count the letters by kind and state, and list those that wait for a person's word.

    \b
    Examples:
      nhi-counter mail status
      nhi-counter mail status --json
    """
    with open_core() as core:
        counts, stuck, offered = core.outbox.counts(), core.outbox.stuck(), core.outbox.offered
    table: dict[MailKind, dict[MailState, int]] = defaultdict(dict)
    for (kind, state), count in counts.items():
        table[kind][state] = count
    if as_json:
        plain = {kind.value: {s.value: n for s, n in row.items()} for kind, row in table.items()}
        click.echo(json.dumps({"offered": offered, "letters": plain, "stuck": [one.id for one in stuck]}))
        return
    if not offered:
        click.echo("No e-mail is sent here: NHI_SMTP_URL and NHI_MAIL_FROM are not set.")
    for kind in MailKind:
        row = table.get(kind, {})
        said = ", ".join(f"{row[state]:,} {state.value}" for state in MailState if row.get(state))
        click.echo(f"{kind.value:<16} {said or 'none'}")
    for one in stuck:
        made = one.created_at.astimezone(TAIPEI)
        click.echo(
            f"\n{one.id}  {one.kind.value}  {one.state.value} ({one.code or '-'})  {made:%Y-%m-%d %H:%M}"
        )
        click.echo(f"  {_WHY[one.state]}")
    if stuck:
        click.echo("\nTry one again: nhi-counter mail retry <id>; all that were given up: --given-up")


@mail.command("retry")
@click.argument("mail_id", required=False)
@click.option("--given-up", is_flag=True, help="All letters that were given up (after an outage).")
def retry(mail_id: str | None, given_up: bool) -> None:
    """Let a letter be tried again, under the same Message-ID. An unclear one may then arrive twice.

    \b
    Examples:
      nhi-counter mail retry 0f0e8c1a-…
      nhi-counter mail retry --given-up
    """
    if (mail_id is None) == (not given_up):
        raise click.UsageError("name one letter, or say --given-up")
    with open_core() as core:
        ids = (
            [mail_id]
            if mail_id
            else [one.id for one in core.outbox.stuck(limit=1000) if one.state is MailState.GIVEN_UP]
        )
        for one_id in ids:
            core.outbox.retry(one_id)
    click.echo(f"{len(ids)} to be tried again.")
