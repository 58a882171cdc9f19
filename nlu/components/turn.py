"""What the pipeline found out about the line of the present turn, for the channel that asked.

Rasa's channels get the bot's utterances only. The pipeline runs in the same asyncio task as the channel, so a
context variable brings back the rest without reading the tracker again.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Optional


@dataclass
class TurnNotes:
    """Filled by the pipeline; confidence is 0..1 and calibrated; sure: a whole sentence in that language."""

    intent: Optional[str] = None
    confidence: Optional[float] = None
    language: Optional[str] = None
    sure: bool = False


current_turn: ContextVar[Optional[TurnNotes]] = ContextVar("current_turn", default=None)
