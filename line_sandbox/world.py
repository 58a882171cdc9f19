"""People, groups and what was said in their chats. In memory and bounded; every access holds the lock."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from line_sandbox.recent import Recent

MESSAGES_PER_CHAT = 500
MESSAGES_KNOWN = 50_000
MAX_PEOPLE = 60_000
BOT = "bot"


@dataclass
class Person:
    """Somebody with LINE on a phone. `generated` people do not appear on the page."""

    user_id: str
    name: str
    language: str = "zh-TW"
    note: str = ""
    friend: bool = True
    blocked: bool = False
    deleted: bool = False
    generated: bool = False
    last_wrote: float | None = None

    @property
    def reachable(self) -> bool:
        """Whether a message from the bot is shown (and counted): a friend who has not blocked it."""
        return self.friend and not self.blocked and not self.deleted


@dataclass
class Group:
    """A group chat. `members` never contains the bot."""

    group_id: str
    name: str
    members: list[str]
    bot_in: bool = True


@dataclass
class Message:
    """One bubble. `body` is the message exactly as the bot sent it or as the webhook told it."""

    id: str
    chat: str
    sender: str
    at: int
    body: dict[str, Any]
    quote_token: str | None = None
    request_id: str | None = None
    unsent: bool = False
    seq: int = 0

    def view(self) -> dict[str, Any]:
        """JSON for the control API and the page."""
        return {
            "id": self.id,
            "chat": self.chat,
            "sender": self.sender,
            "at": self.at,
            "seq": self.seq,
            "body": self.body,
            "quoteToken": self.quote_token,
            "requestId": self.request_id,
            "unsent": self.unsent,
        }


@dataclass
class World:
    """All chats. A chat id is a user id (talk with the bot alone) or a group id."""

    lock: threading.RLock
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.changed = threading.Condition(self.lock)
        self._chats: dict[str, deque[Message]] = {}
        self._by_id: Recent[str, Message] = Recent(MESSAGES_KNOWN)
        self._quotes: Recent[str, str] = Recent(MESSAGES_KNOWN)
        self._seq = itertools.count(1)
        self.newest = 0

    def add_people(self, people: Iterable[Person]) -> None:
        """Raises ValueError when the sandbox would hold too many."""
        for person in people:
            if len(self.people) >= MAX_PEOPLE:
                raise ValueError(f"a sandbox holds at most {MAX_PEOPLE} people")
            self.people[person.user_id] = person

    def members(self, chat: str) -> list[str]:
        """Users of a chat, without the bot."""
        group = self.groups.get(chat)
        return list(group.members) if group else [chat]

    def say(self, message: Message, chats: Iterable[str] | None = None) -> None:
        """Put a bubble into its chat (or one bubble into many) and count who received it from the bot."""
        message.seq = self.newest = next(self._seq)
        self._remember(message)
        for chat in chats if chats is not None else (message.chat,):
            self._chats.setdefault(chat, deque(maxlen=MESSAGES_PER_CHAT)).append(message)
            if message.sender == BOT:
                for user in self.members(chat):
                    self.received[user] = self.received.get(user, 0) + 1
        self.changed.notify_all()

    def _remember(self, message: Message) -> None:
        self._by_id[message.id] = message
        if message.quote_token:
            self._quotes[message.quote_token] = message.id

    def message(self, message_id: str) -> Message | None:
        """Any message still remembered."""
        return self._by_id.get(message_id)

    def quoted(self, token: str) -> Message | None:
        """The message a quote token stands for."""
        return self._by_id.get(self._quotes.get(token, ""))

    def touch(self, message: Message) -> None:
        """A message changed (edited, unsent): give it a new place in the order of news."""
        message.seq = self.newest = next(self._seq)
        self.changed.notify_all()

    def chat(self, chat: str, after: int = 0, sender: str | None = None) -> list[Message]:
        """Messages of a chat with seq > after, oldest first."""
        return [
            m for m in self._chats.get(chat, ()) if m.seq > after and (sender is None or m.sender == sender)
        ]

    def last(self, chat: str) -> Message | None:
        """The newest message of a chat."""
        messages = self._chats.get(chat)
        return messages[-1] if messages else None

    def wait(self, chat: str, after: int, sender: str | None, seconds: float) -> list[Message]:
        """Like `chat`, but waits up to `seconds` for the first message."""
        with self.changed:
            self.changed.wait_for(lambda: self.chat(chat, after, sender), timeout=seconds)
            return self.chat(chat, after, sender)
