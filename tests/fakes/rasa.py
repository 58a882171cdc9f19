"""A dialogue engine in memory: a test says what it answers, or how it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.rasa import RasaFailed
from nhi_core.wire import ActionReply, TurnReply, TurnRequest

Answerer = Callable[[TurnRequest], TurnReply]


def says(template: str, **args: str) -> Answerer:
    """Return an engine that always answers this template."""
    return lambda _request: TurnReply(replies=[ActionReply(template=template, args=dict(args))])


@dataclass
class FakeRasa:
    """Fulfils what the bot uses of `bot.rasa.RasaClient`."""

    answer: Answerer = field(default_factory=lambda: says("greet"))
    failure: RasaFailed | None = None
    asked: list[TurnRequest] = field(default_factory=list)

    def ask(self, request: TurnRequest) -> TurnReply:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        return self.answer(request)

    def close(self) -> None:
        """Nothing to close."""
