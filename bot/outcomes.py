"""What a handler answers, and how an event can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nhi_core.wire import Language


@dataclass(frozen=True, slots=True)
class Line:
    """One message to be: a template and its data. The data is personal; `repr` shows the template alone.

    `language`: when this one message is in another language than the person's. `reply_only`: said with
    the free reply alone, not worth a push.
    """

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    language: Language | None = None
    reply_only: bool = False

    def __repr__(self) -> str:
        """Show nothing personal."""
        return f"Line({self.template!r})"


@dataclass(frozen=True, slots=True)
class Say:
    """An answer. `outcome` and `reason` are what is recorded once it is out."""

    lines: tuple[Line, ...]
    outcome: str = "answered"
    reason: str | None = None

    @classmethod
    def one(cls, template: str, **data: Any) -> Say:
        """Return an answer of one message."""
        return cls((Line(template, data),))


@dataclass(frozen=True, slots=True)
class Quiet:
    """No answer, and why: the reason is recorded."""

    reason: str


Answer = Say | Quiet


@dataclass(frozen=True, slots=True)
class Ending:
    """How an event ended: `answered`, `apologised`, `parked`, `ignored` or `unanswered`, and why."""

    outcome: str
    reason: str | None = None


class RetryLater(Exception):
    """Not now (LINE or a store is away): the mail stays first in its box."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, a stable word."""
        self.reason = reason
        super().__init__(reason)
