"""One whole product for the scenario and browser tests: every process, on free ports, with the day set."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_socket

from line_sandbox.testing import Sandbox
from scripts.stack.processes import NLU_PYTHON
from scripts.stack.whole import Stack, running

TODAY = "2026-11-22"
# The tests run at any hour, so no hour is quiet.
ENVIRONMENT = {"NHI_TODAY": TODAY, "NHI_QUIET_HOURS": "none"}
CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4}-?[2-9A-HJKMNP-Z]{4}\b")

Json = dict[str, Any]


@dataclass
class Product:
    """The running product and its LINE."""

    stack: Stack
    line: Sandbox

    def say(self, who: str, text: str, *, timeout: float = 8) -> list[Json]:
        """Type a line as one of the cast; return the bot's message objects."""
        person = self.line.person(who)
        self.line.text(person, text)
        return self.line.wait_for_reply(person, timeout=timeout)

    def tap(self, who: str, data: str, *, params: Json | None = None, timeout: float = 8) -> list[Json]:
        """Tap a button as one of the cast."""
        person = self.line.person(who)
        self.line.postback(person, data, params=params)
        return self.line.wait_for_reply(person, timeout=timeout)

    def code(self, story: str) -> str:
        """Let staff issue a binding code for a made-up person."""
        found = CODE.search(self.stack.cli("bind-code", story))
        assert found, "nhi-counter bind-code printed no code"
        return found.group()

    def bind(self, who: str, story: str) -> list[Json]:
        """Go through the whole binding as one of the cast."""
        proposal = self.say(who, f"我要綁定 {self.code(story)}")
        return self.tap(who, button(proposal, "confirm_binding"))

    def logs(self) -> str:
        """Return what all processes of ours have logged; the LINE sandbox is LINE, not ours."""
        folder = self.stack.folder / "log"
        return "\n".join(
            path.read_text("utf-8", "replace")
            for path in folder.glob("*.log*")
            if not path.name.startswith("sandbox")
        )


def nodes(value: Any) -> Iterator[Json]:
    """Walk all objects of a message."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes(item)


def texts(messages: list[Json]) -> str:
    """Return all text a person can read in these messages."""
    words = [
        str(node[key])
        for node in nodes(messages)
        for key in ("text", "label")
        if isinstance(node.get(key), str)
    ]
    return "\n".join(words)


def buttons(messages: list[Json]) -> list[str]:
    """Return the data of all postback buttons."""
    return [
        str(node["data"]) for node in nodes(messages) if node.get("type") in {"postback", "datetimepicker"}
    ]


def button(messages: list[Json], intent: str) -> str:
    """Return the data of the button that stands for an intent."""
    found = [data for data in buttons(messages) if f"i={intent}" in data.split("&")]
    assert found, f"no button for {intent} in {buttons(messages)}"
    return found[0]


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """Start everything once; without the nlu environment skip, or fail where the build is judged."""
    if not NLU_PYTHON.exists():
        reason = "the nlu environment is not set up: make setup"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    pytest_socket.enable_socket()
    with (
        tempfile.TemporaryDirectory(prefix="nhi-stack-") as folder,
        running(Path(folder), extra_env=ENVIRONMENT, workers=2) as stack,
    ):
        line = Sandbox(f"http://127.0.0.1:{stack.ports['sandbox']}")
        yield Product(stack, line)
        line.close()
        if keep := os.environ.get("NHI_KEEP_LOGS"):
            Path(keep).mkdir(parents=True, exist_ok=True)
            for log in (Path(folder) / "log").glob("*"):
                (Path(keep) / log.name).write_bytes(log.read_bytes())
