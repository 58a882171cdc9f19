"""Fills a template with what every page has: words, menu, who is signed in, dates as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import Response, flash, g, get_flashed_messages, make_response, render_template, request
from markupsafe import Markup

from bot.charts.figures import Bars, svg
from bot.console.words import DOMAIN, languages, text
from bot.pay.writing import NAMES
from bot.rendering import formats
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.staff import StaffMember, Stage

if TYPE_CHECKING:
    from bot.console.blueprint import Console


def console() -> Console:
    """Return the console whose request this is."""
    return cast("Console", g.console)


def me() -> StaffMember:
    """Return who is signed in. Only for views behind `@needs` or `@everybody`."""
    return cast("StaffMember", g.visitor.member)


def word(key: str, *domains: str, **args: object) -> str:
    """Return a text in the page's language."""
    return text(g.language, *domains)(key, **args)


def tell(key: str, *, domain: str = DOMAIN, kind: str = "ok", **args: str | int) -> None:
    """Say something on the next page (`ok`, `note`, `problem`). `args` go into a cookie: nothing personal."""
    flash(json.dumps([domain, key, args]), kind)


def page(template: str, *, words: str = DOMAIN, status: int = 200, **values: Any) -> Response:
    """Return a page; `words` is the PO domain that its keys are looked up in first."""
    return make_response(fill(template, words=words, **values), status)


def fill(template: str, *, words: str = DOMAIN, **values: Any) -> str:
    """Return the text of a page or a part of one."""
    language: str = g.language
    visitor = g.visitor
    member = visitor.member if visitor is not None and visitor.session.stage is Stage.FULL else None
    return render_template(
        f"console/{template}",
        t=text(language, words),
        word=lambda domain, key, **args: text(language, domain)(key, **args),
        told=_told(language),
        language=language,
        languages=[(one, NAMES[one]) for one in languages()],
        member=member,
        menu=console().menu.parts(member) if member is not None else [],
        here=(request.endpoint or "").partition(".")[2],
        sandbox=not console().core.settings.production,
        day=_day(language),
        moment=_moment(language),
        month=lambda iso: formats.month(iso, language),
        money=lambda amount: formats.money(amount, language),
        number=lambda amount: f"{amount:,}",
        stacked=partial(two_bars, stacked=True),
        beside=two_bars,
        **values,
    )


def two_bars(
    title: str, rows: Sequence[tuple[str, int, int]], first: str, second: str, *, stacked: bool = False
) -> Markup:
    """Return a chart of rows (label, number, number): on one another, or side by side."""
    series = ((first, [row[1] for row in rows]), (second, [row[2] for row in rows]))
    return svg(Bars(title, [row[0] for row in rows], series, stacked=stacked))


def show_day(value: date | None, language: str) -> str:
    """Return a day as it is read, or a dash."""
    return "—" if value is None else formats.day(value.isoformat(), language)


def show_moment(value: datetime | None, language: str) -> str:
    """Return day and time in Taipei, or a dash."""
    if value is None:
        return "—"
    local = value.astimezone(TAIPEI)
    return f"{formats.day(local.date().isoformat(), language)} {local:%H:%M}"


def _told(language: str) -> Callable[[], list[tuple[str, str]]]:
    def read() -> list[tuple[str, str]]:
        found = []
        for kind, message in cast("list[tuple[str, str]]", get_flashed_messages(with_categories=True)):
            domain, key, args = json.loads(message)
            found.append((kind, text(language, domain)(key, args)))
        return found

    return read


def _day(language: str) -> Callable[[date | None], str]:
    return lambda value: show_day(value, language)


def _moment(language: str) -> Callable[[datetime | None], str]:
    return lambda value: show_moment(value, language)
