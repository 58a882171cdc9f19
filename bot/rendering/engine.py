"""Fills templates. JSON-e walks parsed JSON and fills its leaves; no text is ever pasted into JSON."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import jsone
import jsone.builtins
from jsone.shared import JSONTemplateError

from bot.rendering import formats, lengths, postbacks, store
from bot.rendering.catalogue import UnknownText, catalogue
from bot.rendering.fitting import fit
from bot.rendering.limits import LimitError, check


class RenderError(Exception):
    """A template that cannot be filled. Says which and why, never with the person's values."""


class _ParsedOnce:
    """JSON-e parses each expression anew at each use; ours never change, so each is parsed once.

    Stands in for `jsone.render.Parser` (json-e 4.8): same constructor, `parse()` and `current_token`.
    """

    _parser: Any = importlib.import_module("jsone.render").Parser
    _known: dict[str, tuple[Any, Any]] = {}  # noqa: RUF012 - a cache for the life of the process

    def __init__(self, source: str, tokenizer: Any) -> None:
        """Parse `source`, or remember it."""
        if source not in self._known:
            parser = self._parser(source, tokenizer)
            tree = parser.parse()
            self._known[source] = (tree, parser.current_token)
        self._tree, self.current_token = self._known[source]

    def parse(self) -> Any:
        """Return the syntax tree."""
        return self._tree


importlib.import_module("jsone.render").Parser = _ParsedOnce
_BUILTINS: dict[str, Any] = jsone.builtins.build()


def _chunk(items: Sequence[Any], size: int) -> list[list[Any]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def _by_year(bills: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sum bills by the year of their premium month, in the order in which the years appear."""
    years: dict[str, dict[str, Any]] = {}
    for bill in bills:
        row = years.setdefault(bill["month"][:4], {"year": bill["month"][:4], "n": 0, "total": 0})
        row["n"] += 1
        row["total"] += bill["outstanding"] + bill["late_fee"]
    return list(years.values())


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
        "year": lambda number: formats.year(number, language),
        "plus_days": formats.plus_days,
        "dial": formats.dial,
        "short": lengths.shorten,
        "chunk": _chunk,
        "by_year": _by_year,
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
        messages = jsone.renderValue(template.message, context)
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
