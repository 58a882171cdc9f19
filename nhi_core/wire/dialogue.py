"""What the bot, the dialogue engine and the actions say to one another.

Nothing here may hold an identity or an amount: those travel only sealed, behind a ticket.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh-TW", "en", "id", "vi", "th"]
LANGUAGES: tuple[Language, ...] = ("zh-TW", "en", "id", "vi", "th")

Scalar = str | int | bool


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ActionReply(_Wire):
    """One answer of a custom action or of a domain response: which template, and where its data is.

    `args` is for what is not personal (intent names, a language); everything else is behind `ticket`.
    """

    v: Literal[1] = 1
    template: str = Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")
    ticket: str | None = Field(default=None, max_length=128)
    args: dict[str, Scalar | list[str]] = Field(default_factory=dict)


class IntentRequest(_Wire):
    """A tap on a button: an intent by name, with entities that are not personal."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")
    entities: dict[str, str] = Field(default_factory=dict)


class TurnRequest(_Wire):
    """bot → rasa (`POST /webhooks/nhi/webhook`): exactly one of `text` and `intent` is given."""

    v: Literal[1] = 1
    sender: str = Field(min_length=16, max_length=64)
    turn: str = Field(min_length=16, max_length=128)
    language: Language
    text: str | None = Field(default=None, max_length=2000)
    intent: IntentRequest | None = None


class TurnReply(_Wire):
    """rasa → bot. `replies` may be empty: then the bot speaks, never nobody.

    `language` is what the line was written in; `language_sure` says that it was a whole sentence in it.
    """

    v: Literal[1] = 1
    replies: list[ActionReply] = Field(default_factory=list)
    intent: str | None = None
    confidence: float | None = None
    language: Language | None = None
    language_sure: bool = False
