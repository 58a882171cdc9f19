"""What the retention sweep needs: somebody who deletes, and a record of when it was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Keeper(Protocol):
    """Does what one rule says. Raises errors.StoreUnavailable, CacheUnavailable or FilesUnavailable."""

    def count(self, before: datetime, /) -> int:
        """Return how many are past their time."""

    def remove(self, before: datetime, limit: int, /) -> int:
        """Remove at most about `limit` of them, in a transaction of its own; 0: none is left."""


class RetentionRuns(Protocol):
    """When each rule was last done to its end. Raises errors.StoreUnavailable."""

    def done(self, rule: str, at: datetime, removed: int) -> None:
        """Note that nothing past its time is left of this rule."""

    def last(self) -> Mapping[str, datetime]:
        """Return rule → when it was last done to its end."""
