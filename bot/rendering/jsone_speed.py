"""Makes json-e 4.8 quick enough for a chat: each expression is parsed once, plain strings are left alone.

json-e is written for build systems, where a template is filled once. Ours never change and are filled at
every turn, so what depends on the template's source alone is remembered. What json-e computes stays the
same: a test fills every sample with and without this module.
"""

from __future__ import annotations

import importlib
from typing import Any

_render: Any = importlib.import_module("jsone.render")
_parser = _render.Parser
_interpolate = _render.interpolate


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


def install() -> None:
    """Put both in json-e's place."""
    _render.Parser, _render.interpolate = ParsedOnce, interpolate


def uninstall() -> None:
    """Give json-e its own back."""
    _render.Parser, _render.interpolate = _parser, _interpolate
