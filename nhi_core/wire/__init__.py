"""Versioned shapes of what crosses a process: `dialogue` (bot, Rasa, actions) and `kiosk` (lobby, server)."""

from nhi_core.wire.dialogue import (
    LANGUAGES,
    ActionReply,
    IntentRequest,
    Language,
    Scalar,
    TurnReply,
    TurnRequest,
)

__all__ = [
    "LANGUAGES",
    "ActionReply",
    "IntentRequest",
    "Language",
    "Scalar",
    "TurnReply",
    "TurnRequest",
]
