"""A sandbox for tests: started in a thread on a free port, or one that already runs elsewhere.

with Sandbox.started(webhook_url=url) as line:
    line.text(line.person("chen"), "我還欠多少健保費？")
    [answer] = line.wait_for_reply(line.person("chen"))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests

from line_sandbox.app import create_app
from line_sandbox.config import SandboxConfig
from line_sandbox.ids import stable_id
from line_sandbox.server import Server

Json = dict[str, Any]
OFFICE_GROUP = stable_id("C", "office-group")


class Sandbox:
    """Speaks the control API of a running sandbox. Raises requests.HTTPError when it refuses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._since: dict[str, int] = {}

    @classmethod
    @contextmanager
    def started(cls, **settings: Any) -> Iterator[Sandbox]:
        """A fresh sandbox; `settings` are fields of SandboxConfig. It ends with the block."""
        config = SandboxConfig(port=0, **settings)
        server = Server(create_app(config), config.host, 0)
        server.start()
        sandbox = cls(server.url)
        try:
            yield sandbox
        finally:
            sandbox.close()
            server.close()

    def close(self) -> None:
        """Close own connections."""
        self._http.close()

    @staticmethod
    def person(key: str) -> str:
        """User id of somebody of the cast: elder, chen, huang, nhung, siti, somchai, emily, clerk-1…12."""
        return stable_id("U", key)

    def _post(self, path: str, body: Json) -> Json:
        return self._answer(self._http.post(f"{self.url}/_sandbox/{path}", json=body, timeout=60))

    def _get(self, path: str, **params: Any) -> Json:
        return self._answer(self._http.get(f"{self.url}/_sandbox/{path}", params=params, timeout=60))

    @staticmethod
    def _answer(answer: requests.Response) -> Json:
        answer.raise_for_status()
        body: Json = answer.json()
        return body

    # --- what people do: each answers the event(s) that LINE sends for it

    def act(self, *acts: Json, together: bool = False) -> list[Json]:
        """Any acts of control/act.py; `together` puts their events into one webhook request."""
        answer = self._post("act", {"acts": list(acts), "together": together})
        for act in acts:
            self._since[act.get("chat") or act.get("as", "")] = answer["seq"]
        events: list[Json] = answer["events"]
        return events

    def text(self, user: str, text: str, chat: str | None = None, quoted: str | None = None) -> Json:
        """Type a text."""
        return self.act({"kind": "text", "as": user, "chat": chat, "text": text, "quoted": quoted})[0]

    def postback(
        self,
        user: str,
        data: str,
        chat: str | None = None,
        params: Json | None = None,
        display_text: str | None = None,
    ) -> Json:
        """Tap a button."""
        act = {"kind": "postback", "as": user, "chat": chat, "data": data}
        return self.act({**act, "params": params, "displayText": display_text})[0]

    def sticker(self, user: str, chat: str | None = None) -> Json:
        """Send a sticker."""
        return self.act({"kind": "sticker", "as": user, "chat": chat, "keywords": ["Hello"]})[0]

    def location(self, user: str, latitude: float, longitude: float, address: str = "") -> Json:
        """Share a place."""
        act = {"kind": "location", "as": user, "address": address}
        return self.act({**act, "latitude": latitude, "longitude": longitude})[0]

    def files(
        self, user: str, files: Sequence[tuple[str, bytes, str]], chat: str | None = None, pending: int = 0
    ) -> list[Json]:
        """Send (name, data, content type) files; several pictures form one imageSet."""
        data = {"as": user, "chat": chat or user, "pending": str(pending)}
        parts = [("files", file) for file in files]
        answer = self._answer(
            self._http.post(f"{self.url}/_sandbox/files", data=data, files=parts, timeout=60)
        )
        self._since[chat or user] = answer["seq"]
        events: list[Json] = answer["events"]
        return events

    # --- what people see

    def wait_for_reply(self, chat: str, timeout: float = 5.0, after: int | None = None) -> list[Json]:
        """The bot's message objects since the last act in this chat; raises TimeoutError without any."""
        since = self._since.get(chat, 0) if after is None else after
        answer = self._get(f"chats/{chat}/messages", after=since, sender="bot", wait=timeout)
        if not answer["messages"]:
            raise TimeoutError(f"the bot said nothing within {timeout} s")
        self._since[chat] = answer["messages"][-1]["seq"]
        return [message["body"] for message in answer["messages"]]

    def history(self, chat: str) -> list[Json]:
        """All message objects the bot sent to this chat."""
        messages: list[Json] = self._get("history", chat=chat)["messages"]
        return messages

    def chat(self, chat: str) -> list[Json]:
        """All bubbles of a chat with sender, time and body."""
        messages: list[Json] = self._get(f"chats/{chat}/messages")["messages"]
        return messages

    def richmenu(self, user: str) -> Json | None:
        """The rich menu this person sees."""
        menu: Json | None = self._get(f"people/{user}/richmenu")["menu"]
        return menu

    def counts(self) -> dict[str, int]:
        """User id to number of bubbles received from the bot."""
        received: dict[str, int] = self._get("counts")["received"]
        return received

    def journal(self, kind: str | None = None) -> list[Json]:
        """API calls ("api") and webhook deliveries ("webhook"), oldest first."""
        return [e for e in self._get("journal")["entries"] if kind in {None, e["kind"]}]

    def state(self) -> Json:
        """People, groups, quota, webhook."""
        return self._get("state")

    # --- screws

    def add_people(self, count: int) -> list[str]:
        """Generated friends of the bot; answers their user ids."""
        users: list[str] = self._post("people", {"count": count})["userIds"]
        return users

    def fault(
        self, endpoint: str, kind: str = "status", status: int = 500, seconds: float = 0, times: int = 1
    ) -> None:
        """The next `times` calls of `endpoint` (e.g. "reply", "push", "*") fail; see faults.Fault."""
        self._post(
            "faults",
            {"endpoint": endpoint, "kind": kind, "status": status, "seconds": seconds, "times": times},
        )

    def advance(self, seconds: float) -> None:
        """Push the clock of tokens, quota and limits forward."""
        self._post("clock", {"advance": seconds})

    def quota(self, limit: int | None, used: int = 0) -> None:
        """Set the month's limit and use."""
        self._post("quota", {"limit": limit, "used": used})

    def options(self, **options: Any) -> None:
        """See control/tune.py: redelivery, delays, webhookUrl, postbackUserId, standby…"""
        self._post("options", options)

    def settle(self, seconds: float = 5.0) -> bool:
        """Wait until no webhook delivery is under way."""
        return bool(self._post("settle", {"seconds": seconds})["settled"])

    def reset(self) -> None:
        """Start over."""
        self._post("reset", {})
        self._since.clear()
