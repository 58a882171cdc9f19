"""The sandbox's people, and one-time codes."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import click

from nhi_core.adapters.premiums.sandbox import STORIES
from nhi_core.adapters.premiums.sandbox import seed as seed_households
from nhi_core.bootstrap import Core
from nhi_core.cli.context import open_core, sandbox_only
from nhi_core.cli.seeding import SEEDS
from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.identifiers import mask_name, mask_number
from nhi_core.domain.people import Person

_TTL = timedelta(hours=24)


@click.command("seed")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Tell the stories for this day.")
def seed(today: datetime | None) -> None:
    """Put made-up households, offices and clerks into the database (sandbox). Run again, it changes nothing.

    \b
    Examples:
      nhi-counter seed
      nhi-counter seed --today 2026-09-10
    """
    with open_core() as core:
        sandbox_only(core.settings, "seed")
        day: date = today.date() if today else core.clock.today()
        report = seed_households(core.uow, day, core.calendar)
        lines = [put(core) for put in SEEDS]
    click.echo(
        f"Households for {day.isoformat()}: {report.inserted} new, {report.replaced} replaced, "
        f"{report.unchanged} as they were."
    )
    for line in lines:
        click.echo(line)


@click.command("people")
@click.option("--json", "as_json", is_flag=True, help="With what stands on their made-up cards.")
def people(as_json: bool) -> None:
    """List the made-up people: story, masked name, second fact at the kiosk, what to expect (sandbox).

    \b
    Examples:
      nhi-counter people
      nhi-counter people --json
    """
    with open_core() as core, core.uow() as uow:
        sandbox_only(core.settings, "people")
        rows = [(story, uow.people.by_story(story.key)) for story in STORIES]
    if not any(person for _story, person in rows):
        raise click.ClickException("nobody is here yet; run `nhi-counter seed`")
    if as_json:
        found = [_card(story.key, person) for story, person in rows if person is not None]
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    width = max(len(story.key) for story, _person in rows)
    for story, person in rows:
        if person is not None:
            masked = f"{mask_name(person.name)} {mask_number(person.number)}"
            fact = person.proofs.household_number or person.proofs.passport
            click.echo(f"{story.key:<{width}}  {story.status.value:<16} {masked}  {fact:<9}  {story.zh}")


def _card(story: str, person: Person) -> dict[str, str | None]:
    """Return what a virtual card of a made-up person holds, and what the kiosk will ask."""
    proofs = person.proofs
    return {
        "story": story,
        "card_number": proofs.card_number,
        "name": person.name,
        "id_number": person.number,
        "birth": person.birth.isoformat(),
        "household_number": proofs.household_number,
        "entry_permit": proofs.entry_permit,
        "passport": proofs.passport,
    }


@click.command("bind-code")
@click.argument("who")
@click.option("-q", "--quiet", is_flag=True, help="Print the code alone.")
def bind_code(who: str, quiet: bool) -> None:
    """Make a binding code for a made-up person: WHO is a story (see `people`) or a person id (sandbox).

    \b
    Examples:
      nhi-counter bind-code one_month_late
      nhi-counter bind-code -q paid_up
    """
    with open_core() as core:
        sandbox_only(core.settings, "bind-code")
        person = _find(core, who)
        issued = core.bindings.issue_code(person.id, CodePurpose.CITIZEN, ttl=_TTL)
    if quiet:
        click.echo(issued.display)
        return
    click.echo(f"code:       {issued.display}")
    click.echo(f"for:        {mask_name(person.name)} {mask_number(person.number)}")
    click.echo(f"good until: {_taipei(issued.expires_at)}, once")
    click.echo(f"write in the chat: 綁定 {issued.display}")


def _find(core: Core, who: str) -> Person:
    with core.uow() as uow:
        person = uow.people.by_story(who) or uow.people.get(who)
    if person is None:
        raise click.ClickException("no such person; `nhi-counter people` lists the stories")
    return person


def _taipei(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%Y-%m-%d %H:%M} (Taipei)"
