"""Fills templates. JSON-e walks parsed JSON and fills its leaves; no text is ever pasted into JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jsone
import jsone.builtins
from jsone.shared import JSONTemplateError

from bot.rendering import formats, jsone_speed, lengths, postbacks, store
from bot.rendering.catalogue import UnknownText, catalogue
from bot.rendering.fitting import fit
from bot.rendering.flex import LimitError
from bot.rendering.limits import check


class RenderError(Exception):
    """A template that cannot be filled. Says which and why, never with the person's values."""


jsone_speed.install()
_BUILTINS: dict[str, Any] = jsone.builtins.build()


def _chunk(items: Sequence[Any], size: int) -> list[list[Any]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def _by_year(bills: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return each year in the order of `bills`: its `year`, `n` bills, the `total` of their `fields`."""
    years: dict[str, dict[str, Any]] = {}
    for bill in bills:
        row = years.setdefault(bill["month"][:4], {"year": bill["month"][:4], "n": 0, "total": 0})
        row["n"] += 1
        row["total"] += sum(bill[field] for field in fields)
    return list(years.values())


def _having(items: Sequence[Mapping[str, Any]], field: str, value: object) -> list[Mapping[str, Any]]:
    return [item for item in items if item[field] == value]


def _context(language: str, session: str) -> dict[str, Any]:
    """Return what a template sees besides `data`. Parts see this and their arguments, never `data`."""
    words = catalogue(language)

    def translate(key: str, args: Mapping[str, Any] | None = None) -> str:
        return words.text(key, args)

    def postback(intent: str, entities: Mapping[str, str] | None = None) -> str:
        return postbacks.encode(intent, session, **(entities or {}))

    def part(name: str, args: Mapping[str, Any] | None = None) -> Any:
        piece = store.part(name)
        return jsone.renderValue(piece.body, {**context, **piece.params, **(args or {})})

    context: dict[str, Any] = {
        **_BUILTINS,
        "t": translate,
        "label": lambda intent: words.text(f"intent.{intent}"),
        "money": lambda amount: formats.money(amount, language),
        "date": lambda iso: formats.day(iso, language),
        "month": lambda iso: formats.month(iso, language),
        "months": lambda values: formats.months(values, language),
        "year": lambda number: formats.year(number, language),
        "plus_days": formats.plus_days,
        "dial": formats.dial,
        "short": lengths.shorten,
        "chunk": _chunk,
        "by_year": _by_year,
        "having": _having,
        "postback": postback,
        "part": part,
        "color": dict(store.palette()),
        "language": language,
    }
    return context


def render(name: str, data: Mapping[str, Any], *, language: str, session: str) -> list[dict[str, Any]]:
    """Return 1 to 5 LINE message objects, checked against LINE's limits.

    `data` is JSON (ISO dates, whole NT$), seen by the template as `data`. `session` goes into every
    button. Raises RenderError for an unknown template or language, missing data, or an impossible size.
    """
    try:
        template = store.template(name)
        context = {**_context(language, session), "data": dict(data)}
        alt = jsone.renderValue(template.alt, context)
        messages: list[dict[str, Any]] = jsone.renderValue(template.message, context)
    except (JSONTemplateError, UnknownText, store.UnknownTemplate, postbacks.BadPostback) as error:
        # These speak of the template's own source: names and keys, not values.
        raise RenderError(f"{name} ({language}): {error}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RenderError(f"{name} ({language}): {type(error).__name__} in its data") from None
    fit(messages, alt)
    try:
        check(messages)
    except LimitError as error:
        raise RenderError(f"{name} ({language}): {error}") from None
    return messages
