"""One table of the in-memory store, as one transaction sees it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Generic, TypeVar

_Row = TypeVar("_Row")


class Table(Generic[_Row]):
    """Own writes over committed rows."""

    def __init__(self, committed: MutableMapping[str, _Row]) -> None:
        self.committed = committed
        self.own: dict[str, _Row] = {}
        self.rows: ChainMap[str, _Row] = ChainMap(self.own, committed)
