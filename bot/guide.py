"""Brings a person back to an open instalment application after a question in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.outcomes import Line

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

# The guide's own cards, and answers under which an offer to go on would be out of place.
_OWN = ("instalment_", "bind_", "unbind_", "clerk_")
_ALONE = frozenset({"stopped", "goodbye", "apply_instalment", "change_language", "language_changed"})


def offer_to_go_on(core: Core, account_id: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the line that offers to go on, while the person is at it. Raises StoreUnavailable."""
    names = [line.template for line in lines]
    if any(name in _ALONE or name.startswith(_OWN) for name in names):
        return ()
    return (Line("instalment_continue"),) if core.instalments.lively(account_id) else ()
