"""What LINE would refuse, said in LINE's words: `check_request` and `check_richmenu_request`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from line_sandbox.errors import LineError, invalid_property
from line_sandbox.validation.action_rules import check_actions
from line_sandbox.validation.flex_rules import check_flex
from line_sandbox.validation.richmenu_rules import check_richmenu
from line_sandbox.validation.schema import Issue, Path_, issues
from line_sandbox.validation.template_rules import check_imagemap, check_template
from line_sandbox.validation.text_rules import Target, check_quote, check_text, check_text_v2

__all__ = ["Target", "check_request", "dotted"]

ANY = Target()


def check_request(name: str, body: Any, target: Target = ANY, file: str = "requests") -> None:
    """Raise LineError 400 for the first kind of fault LINE would report in a request body of kind `name`."""
    found = list(issues(name, file, body))
    if not found and isinstance(body, dict) and "messages" in body:
        for number, message in enumerate(body["messages"]):
            found += _message_issues(message, ("messages", number), target)
    if not found and name == "RichMenuRequest":
        found = list(check_richmenu(body))
    if found:
        raise refusal(found, body)


def _message_issues(message: dict[str, Any], path: Path_, target: Target) -> Iterator[Issue]:
    kind = message["type"]
    yield from check_actions(message, path)
    yield from check_quote(message, path, target)
    if kind == "text":
        yield from check_text(message, path)
    elif kind == "textV2":
        yield from check_text_v2(message, path, target)
    elif kind == "flex":
        yield from check_flex(message["contents"], (*path, "contents"))
    elif kind == "template":
        yield from check_template(message["template"], (*path, "template"))
    elif kind == "imagemap":
        yield from check_imagemap(message, path)


def refusal(found: Sequence[Issue], body: Any) -> LineError:
    """Shape the answer as LINE does: wrong JSON types first, then fields, then the first bad Flex message."""
    flex = [issue for issue in found if _in_flex(issue, body)]
    plain = [issue for issue in found if issue not in flex]
    wrong_type = [i for i in plain if i.keyword == "type" or _is_bad_recipient(i)]
    if wrong_type:
        return invalid_property(dotted(wrong_type[0].path))
    if plain:
        details = [{"message": i.message, "property": dotted(i.path)} for i in plain]
        return LineError(400, f"The request body has {len(details)} error(s)", details)
    number = flex[0].path[1]
    details = [{"message": _flex_words(i), "property": _pointer(i)} for i in flex if i.path[1] == number]
    return LineError(400, f"A message (messages[{number}]) in the request body is invalid", details)


def _is_bad_recipient(issue: Issue) -> bool:
    return issue.keyword == "pattern" and issue.path[:1] == ("to",)


def _in_flex(issue: Issue, body: Any) -> bool:
    path = issue.path
    if len(path) < 3 or path[0] != "messages" or path[2] != "contents":
        return False
    message = body["messages"][path[1]]
    return message.get("type") == "flex" and "contents" in message


def _flex_words(issue: Issue) -> str:
    return "invalid property" if issue.keyword in {"byType", "enum"} else issue.message


def _pointer(issue: Issue) -> str:
    parts = issue.path[3:]
    if issue.keyword == "byType":
        # LINE names the component that may not stand there, not its "type" field.
        parts = parts[:-1]
    return "/" + "/".join(map(str, parts))


def dotted(path: Path_) -> str:
    """("messages", 0, "text") -> "messages[0].text"."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
