"""Makes json-e 4.8 quick enough for a chat: each expression is parsed once, plain strings are left alone.

json-e is written for build systems, where a template is filled once. Ours never change and are filled at
every turn, so what depends on the template's source alone is remembered. What json-e computes stays the
same: a test fills every sample with and without this module.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any

from jsone.shared import DeleteMarker, JSONTemplateError, TemplateError

_render: Any = importlib.import_module("jsone.render")
_parser = _render.Parser
_interpolate = _render.interpolate
_render_value = _render.renderValue
_check_undefined = _render.checkUndefinedProperties
_SCALARS = frozenset({bool, int, float, type(None)})


class ParsedOnce:
    """Stands in for json-e's `Parser`: same constructor, `parse()` and `current_token`."""

    _known: dict[str, tuple[Any, Any]] = {}  # noqa: RUF012 - a cache for the life of the process

    def __init__(self, source: str, tokenizer: Any) -> None:
        """Parse `source`, or remember it."""
        if source not in self._known:
            parser = _parser(source, tokenizer)
            tree = parser.parse()
            self._known[source] = (tree, parser.current_token)
        self._tree, self.current_token = self._known[source]

    def parse(self) -> Any:
        """Return the syntax tree."""
        return self._tree


def interpolate(text: str, context: dict[str, Any]) -> Any:
    """Return `text` itself when it holds no `${…}`, without the regular expression."""
    return _interpolate(text, context) if "${" in text else text


def render_value(template: Any, context: dict[str, Any]) -> Any:
    """Walk plain objects and scalars quickly; leave operators and odd keys to json-e."""
    if type(template) is str:
        return interpolate(template, context)
    if type(template) is not dict or any("$" in key for key in template):
        return _render_value(template, context)
    result = {}
    for key, value in template.items():
        if type(value) in _SCALARS:
            result[key] = value
            continue
        try:
            filled = render_value(value, context)
        except JSONTemplateError as error:
            error.add_location(f".{key}")
            raise
        if filled is not DeleteMarker:
            result[key] = filled
    return result


@lru_cache(maxsize=512)
def _undefined(keys: tuple[str, ...], allowed: tuple[str, ...]) -> TemplateError | None:
    try:
        _check_undefined(dict.fromkeys(keys), list(allowed))
    except TemplateError as error:
        return error
    return None


def check_undefined(template: dict[str, Any], allowed: list[str]) -> None:
    """Ask json-e once for each set of keys. Raises TemplateError as json-e does."""
    error = _undefined(tuple(template), tuple(allowed))
    if error is not None:
        raise TemplateError(error.message)


_OURS = {
    "Parser": ParsedOnce,
    "interpolate": interpolate,
    "renderValue": render_value,
    "checkUndefinedProperties": check_undefined,
}
_THEIRS = {name: getattr(_render, name) for name in _OURS}


def install() -> None:
    """Put ours in json-e's place."""
    vars(_render).update(_OURS)


def uninstall() -> None:
    """Give json-e its own back."""
    vars(_render).update(_THEIRS)
