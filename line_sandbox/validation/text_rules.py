"""Texts with emoji and substitutions, quote tokens, mentions: rules that need the chat they go to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from line_sandbox.validation.counting import utf16_length
from line_sandbox.validation.schema import Issue, Path_

MAX_OF_A_KIND = 20
# "{{" and "}}" stand for the braces themselves.
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Target:
    """Where messages go. `kind` is user, group or many; the callables answer for that chat alone."""

    kind: str = "any"
    is_member: Callable[[str], bool] = lambda _user: True
    knows_quote: Callable[[str], bool] = lambda _token: True


def check_text(message: dict[str, Any], path: Path_) -> Iterator[Issue]:
    """LINE emoji must each stand on a dollar sign of the text, in order."""
    units = message["text"].encode("utf-16-le", "surrogatepass")
    taken: set[int] = set()
    for number, emoji in enumerate(message.get("emojis", [])):
        at = emoji["index"]
        if at >= len(units) // 2 or units[2 * at : 2 * at + 2] != b"$\x00" or at in taken:
            yield Issue((*path, "emojis", number, "index"), "invalid property")
        taken.add(at)


def check_text_v2(message: dict[str, Any], path: Path_, target: Target) -> Iterator[Issue]:
    """Placeholders and substitutions belong together; people may be named only in groups they are in."""
    named = {}
    for match in _PLACEHOLDER.finditer(message["text"]):
        if match[0] in {"{{", "}}"}:
            continue
        if match[1] is None or match[1] not in message.get("substitution", {}):
            yield Issue((*path, "text"), "The text has a placeholder without a substitution")
            return
        named[match[1]] = True
    kinds = {"mention": 0, "emoji": 0}
    for key, value in message.get("substitution", {}).items():
        here = (*path, "substitution", key)
        kinds[value["type"]] += 1
        if key not in named:
            yield Issue(here, "The substitution is not used in the text")
        if value["type"] == "mention":
            yield from _mention(value["mentionee"], (*here, "mentionee"), target)
    for kind, count in kinds.items():
        if count > MAX_OF_A_KIND:
            yield Issue((*path, "substitution"), f"Size of {kind} must be between 0 and {MAX_OF_A_KIND}")


def _mention(mentionee: dict[str, Any], path: Path_, target: Target) -> Iterator[Issue]:
    if target.kind in {"user", "many"}:
        yield Issue(path, "mention can be used only in group chats")
    elif mentionee["type"] == "user" and not target.is_member(mentionee["userId"]):
        yield Issue((*path, "userId"), "The user is not a member of the chat")


def check_quote(message: dict[str, Any], path: Path_, target: Target) -> Iterator[Issue]:
    """A quote token works only in the chat its message was sent in."""
    token = message.get("quoteToken")
    if token is not None and (target.kind == "many" or not target.knows_quote(token)):
        yield Issue((*path, "quoteToken"), "Invalid quote token")


def utf16_index(text: str, position: int) -> int:
    """Index in UTF-16 units of a Python string position (mention and emoji offsets are given so)."""
    return utf16_length(text[:position])
