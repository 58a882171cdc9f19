"""Drives a running kiosk of the sandbox from a script: its drawer's cards, its page's touches."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import requests

View = dict[str, Any]
READER = "虛擬讀卡機 1"


class KioskDriver:
    """`address` is the one with the entry token."""

    def __init__(self, address: str) -> None:
        """Enter as the browser does."""
        parts = urlsplit(address)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._session = requests.Session()
        self._session.trust_env = False
        page = self._session.get(address, timeout=5)
        page.raise_for_status()
        token = re.search(r'kiosk-token" content="([^"]+)"', page.text)
        if token is None:
            raise RuntimeError("the page has no token")
        self._session.headers.update({"Origin": self._base, "X-Kiosk-Token": token[1]})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def insert(self, story: str, reader: str = READER) -> None:
        """Put a made-up person's card in."""
        self._drawer("insert", card=story, reader=reader)

    def pull(self, reader: str = READER) -> None:
        """Take the card out."""
        self._drawer("pull", reader=reader)

    def act(self, name: str, value: str = "") -> str:
        """Touch what stands on the screen now; return the verdict."""
        body = {"seq": self.view()["seq"], "act": name, "value": value}
        answer = self._session.post(f"{self._base}/act", json=body, timeout=5)
        return str(answer.json()["verdict"])

    def view(self) -> View:
        """Return the view that stands now."""
        with closing(self._views()) as views:
            return next(views)

    def wait_for(self, *screens: str, timeout: float = 10) -> View:
        """Return the first view of one of these screens; raises TimeoutError."""
        end = time.monotonic() + timeout
        seen: list[str] = []
        with closing(self._views()) as views:
            for view in views:
                if view["screen"] in screens:
                    return view
                seen.append(f"{view['screen']}/{view['problem']}")
                if time.monotonic() > end:
                    break
        raise TimeoutError(f"waited for {screens}, saw {seen[-5:]}")

    def scanned(self) -> str:
        """Return what a phone finds typed in after scanning the QR code."""
        return str(self._session.get(f"{self._base}/drawer", timeout=5).json()["scan"])

    def _drawer(self, what: str, **body: str) -> None:
        self._session.post(f"{self._base}/drawer/{what}", json=body, timeout=5).raise_for_status()

    def _views(self) -> Generator[View, None, None]:
        """Yield views as they come; the stream's heartbeats keep a wait from lasting for ever."""
        with self._session.get(f"{self._base}/events", stream=True, timeout=(5, 15)) as answer:
            answer.raise_for_status()
            last: View = {}
            for line in answer.iter_lines(chunk_size=1, decode_unicode=False):
                if line.startswith(b"data: "):
                    last = json.loads(line[6:])
                elif not line or not last:
                    continue
                if last.get("screen"):
                    yield last
