"""A LINE platform in memory: reply tokens and retry keys work once, and faults come when a test says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.line import LineError, Message, Refused, SendResult, Sent, TokenDead, Unreachable


class Killed(BaseException):
    """The process ends here; no handler of `Exception` sees it."""


KILLED_BEFORE = "killed before it left"
KILLED_AFTER = "killed after it arrived"
ANSWER_LOST = "arrived, but the answer was lost"
Step = SendResult | str


@dataclass
class FakeLine:
    """Fulfils what the bot uses of `bot.line.LineClient`. `script` holds what the next sends do."""

    script: list[Step] = field(default_factory=list)
    replies: list[tuple[str, list[Message]]] = field(default_factory=list)
    pushes: list[tuple[str, list[Message]]] = field(default_factory=list)
    reply_calls: int = 0
    push_calls: int = 0
    loadings: list[str] = field(default_factory=list)
    languages: dict[str, str] = field(default_factory=dict)
    headcounts: dict[str, int] = field(default_factory=dict)
    contents: dict[str, bytes | SendResult | None] = field(default_factory=dict)
    dead_tokens: set[str] = field(default_factory=set)
    retry_keys: set[str] = field(default_factory=set)
    unlinked: list[str] = field(default_factory=list)

    def reply(self, reply_token: str, messages: Sequence[Message]) -> SendResult:
        self.reply_calls += 1

        def arrive() -> SendResult:
            if reply_token in self.dead_tokens:
                return TokenDead()
            self.dead_tokens.add(reply_token)
            self.replies.append((reply_token, list(messages)))
            return Sent(f"r{len(self.replies)}")

        return self._step(arrive)

    def push(self, to: str, messages: Sequence[Message], *, retry_key: str) -> SendResult:
        self.push_calls += 1

        def arrive() -> SendResult:
            if retry_key not in self.retry_keys:
                self.retry_keys.add(retry_key)
                self.pushes.append((to, list(messages)))
            return Sent(f"p{len(self.pushes)}")

        return self._step(arrive)

    def loading(self, user_id: str, seconds: int = 5) -> None:
        self.loadings.append(user_id)

    def unlink_rich_menu(self, user_id: str) -> None:
        result = self._step(lambda: Sent("menu"))
        if not isinstance(result, Sent):
            raise LineError(result)
        self.unlinked.append(user_id)

    def group_count(self, group_id: str) -> int:
        if group_id not in self.headcounts:
            raise LineError(Refused(404, "not found"))
        return self.headcounts[group_id]

    def link_token(self, user_id: str) -> str:
        return f"link-token-of-{user_id}"

    def content(self, message_id: str) -> bytes | None:
        """Return what a test put there: content, None for "not ready yet", or a result to raise."""
        found = self.contents.get(message_id, Refused(404, "not found"))
        if isinstance(found, bytes) or found is None:
            return found
        raise LineError(found)

    def profile(self, user_id: str) -> dict[str, Any]:
        if user_id not in self.languages:
            raise LineError(Refused(404, "not found"))
        return {"userId": user_id, "displayName": "-", "language": self.languages[user_id]}

    def _step(self, arrive: Any) -> SendResult:
        step = self.script.pop(0) if self.script else None
        match step:
            case None:
                return arrive()
            case "killed before it left":
                raise Killed
            case "killed after it arrived":
                arrive()
                raise Killed
            case "arrived, but the answer was lost":
                arrive()
                return Unreachable(maybe_sent=True)
            case str():
                raise AssertionError(step)
            case _:
                return step
