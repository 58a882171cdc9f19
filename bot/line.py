"""The LINE platform; with `bot.line_tokens` the only module that imports its SDK.

One client per process (a new one per message would mean a new TLS connection per message), time limits on
every call (the SDK has none of its own), and two hosts. Messages come as plain dicts and are made into the
SDK's models by `from_dict`, never by a constructor: constructors drop the content of nested dicts in silence.
What the SDK would drop is found by comparing what goes out with what came in, and refused here.

Outcomes are values, not exceptions. Status codes decide, since LINE may change its texts; only where one
code means two things (400 for a dead reply token, 429 for the month's limit) the text is looked at.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    CreateRichMenuAliasRequest,
    MessagingApi,
    MessagingApiBlob,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuBatchRequest,
    RichMenuRequest,
    ShowLoadingAnimationRequest,
    UpdateRichMenuAliasRequest,
)
from linebot.v3.messaging.exceptions import ApiException
from opentelemetry.trace import SpanKind
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from bot import metrics
from bot.line_tokens import FixedToken, Tokens, TokenUnavailable
from nhi_core import tracing

log = structlog.get_logger(__name__)

Message = Mapping[str, Any]
_Result = TypeVar("_Result")

CONNECT, READ = 1.0, 4.0  # seconds
BLOB_READ = 20.0


@dataclass(frozen=True, slots=True)
class Sent:
    """LINE has it. `sent_ids` are the message ids, in order, where LINE gives them."""

    request_id: str | None
    sent_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenDead:
    """The reply token was used before, or is too old."""


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Too many calls; worth another try later."""


@dataclass(frozen=True, slots=True)
class MonthlyLimit:
    """The month's messages are used up; trying again is useless before the next month."""


@dataclass(frozen=True, slots=True)
class Refused:
    """LINE will never take this request. `details` are (property, message) pairs: positions, no content."""

    status: int
    message: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer, or a server error. `maybe_sent`: the request may have arrived all the same."""

    maybe_sent: bool


SendResult = Sent | TokenDead | RateLimited | MonthlyLimit | Refused | Unreachable


class LineError(Exception):
    """A call that returns data, or manages rich menus, did not succeed; `result` says how."""

    def __init__(self, result: SendResult) -> None:
        """Keep the typed result."""
        self.result = result
        super().__init__(type(result).__name__)


class LineClient:
    """Calls of the Messaging API. Safe to share between threads."""

    def __init__(self, access_token: str | Tokens, *, api_url: str, data_api_url: str) -> None:
        """Use a channel access token, or what issues them, and LINE's two hosts."""
        tokens = FixedToken(access_token) if isinstance(access_token, str) else access_token
        self._api = MessagingApi(_Api(tokens, api_url))
        self._blob = MessagingApiBlob(_Api(tokens, data_api_url))

    def reply(self, reply_token: str, messages: Sequence[Message]) -> SendResult:
        """Answer 1 to 5 messages with a reply token: free, once."""
        body = {"replyToken": reply_token, "messages": list(messages)}
        return _send(ReplyMessageRequest, body, self._api.reply_message_with_http_info)

    def push(self, to: str, messages: Sequence[Message], *, retry_key: str) -> SendResult:
        """Send 1 to 5 messages unasked: counted once per receiver. Same `retry_key` and body: sent once."""
        body = {"to": to, "messages": list(messages)}
        call = self._api.push_message_with_http_info
        return _send(PushMessageRequest, body, call, x_line_retry_key=retry_key)

    def multicast(self, to: Sequence[str], messages: Sequence[Message], *, retry_key: str) -> SendResult:
        """Send to at most 500 users: costs one message each."""
        body = {"to": list(to), "messages": list(messages)}
        return _send(MulticastRequest, body, self._api.multicast_with_http_info, x_line_retry_key=retry_key)

    def loading(self, user_id: str, seconds: int = 5) -> None:
        """Show the loading animation (5 to 60 seconds, steps of 5) in a one-to-one chat. Raises LineError."""
        body = ShowLoadingAnimationRequest.from_dict({"chatId": user_id, "loadingSeconds": seconds})
        _call(self._api.show_loading_animation, body)

    def profile(self, user_id: str) -> dict[str, Any]:
        """Return `userId`, `displayName` and, if the person agreed, `language`. Raises LineError."""
        return _dict(_call(self._api.get_profile, user_id))

    def link_token(self, user_id: str) -> str:
        """Return a token for LINE's account-link dialogue: ten minutes, one use. Raises LineError."""
        return str(_dict(_call(self._api.issue_link_token, user_id))["linkToken"])

    def group_summary(self, group_id: str) -> dict[str, Any]:
        """Return `groupId`, `groupName`. Raises LineError."""
        return _dict(_call(self._api.get_group_summary, group_id))

    def group_count(self, group_id: str) -> int:
        """Return how many people are in a group or room, the account itself not counted. Raises LineError."""
        room = group_id.startswith("R")
        call = self._api.get_room_member_count if room else self._api.get_group_member_count
        return int(_dict(_call(call, group_id))["count"])

    def content(self, message_id: str) -> bytes | None:
        """Return what a person sent, or None while LINE is still preparing it (202). Raises LineError."""
        answer = _call(self._blob.get_message_content_with_http_info, message_id, read=BLOB_READ)
        return bytes(answer.data) if answer.status_code == 200 else None

    def quota(self) -> int | None:
        """Return the month's limit in messages, None when there is none. Raises LineError."""
        answer = _dict(_call(self._api.get_message_quota))
        return int(answer["value"]) if answer.get("type") == "limited" else None

    def quota_used(self) -> int:
        """Return how many messages LINE counted this month (approximate). Raises LineError."""
        return int(_dict(_call(self._api.get_message_quota_consumption))["totalUsage"])

    def create_rich_menu(self, menu: Mapping[str, Any]) -> str:
        """Create a rich menu; return its id. Raises LineError."""
        request = _built(RichMenuRequest, menu)
        if isinstance(request, Refused):
            raise LineError(request)
        return str(_dict(_call(self._api.create_rich_menu, request))["richMenuId"])

    def upload_rich_menu_image(self, menu_id: str, image: bytes, content_type: str = "image/png") -> None:
        """Upload the picture, at most 1 MB. Raises LineError."""
        call = self._blob.set_rich_menu_image
        _call(call, menu_id, image, read=BLOB_READ, _headers={"Content-Type": content_type})

    def link_rich_menu(self, user_id: str, menu_id: str) -> None:
        """Show this menu to one user. Raises LineError."""
        _call(self._api.link_rich_menu_id_to_user, user_id, menu_id)

    def unlink_rich_menu(self, user_id: str) -> None:
        """Show the default menu to one user again. Raises LineError."""
        _call(self._api.unlink_rich_menu_id_from_user, user_id)

    def linked_rich_menu(self, user_id: str) -> str | None:
        """Return the menu linked to one user, if any. Raises LineError."""
        try:
            return str(_dict(_call(self._api.get_rich_menu_id_of_user, user_id))["richMenuId"])
        except LineError as error:
            if isinstance(error.result, Refused) and error.result.status == 404:
                return None
            raise

    def set_default_rich_menu(self, menu_id: str) -> None:
        """Show this menu to everybody without one of their own. Raises LineError."""
        _call(self._api.set_default_rich_menu, menu_id)

    def rich_menus(self) -> list[dict[str, Any]]:
        """Return every rich menu made through the API. Raises LineError."""
        return list(_dict(_call(self._api.get_rich_menu_list)).get("richmenus", []))

    def delete_rich_menu(self, menu_id: str) -> None:
        """Delete a rich menu. Raises LineError."""
        _call(self._api.delete_rich_menu, menu_id)

    def move_rich_menu_links(self, moves: Mapping[str, str]) -> str:
        """Give everybody who has a menu (key) another one (value); LINE works on it. Return the request's id.

        At most 1,000 moves, 3 calls an hour. Raises LineError.
        """
        operations = [{"type": "link", "from": old, "to": new} for old, new in moves.items()]
        request = _built(RichMenuBatchRequest, {"operations": operations})
        if isinstance(request, Refused):
            raise LineError(request)
        answer = _call(self._api.rich_menu_batch_with_http_info, request)
        return _header(answer.headers, "x-line-request-id") or ""

    def rich_menu_links_moved(self, request_id: str) -> bool:
        """Whether LINE has done that. Raises LineError."""
        progress = _call(self._api.get_rich_menu_batch_progress, request_id)
        return str(progress.phase.value) == "succeeded"

    def rich_menu_aliases(self) -> dict[str, str]:
        """Return alias id → rich menu id. Raises LineError."""
        found = _dict(_call(self._api.get_rich_menu_alias_list)).get("aliases", [])
        return {str(one["richMenuAliasId"]): str(one["richMenuId"]) for one in found}

    def set_rich_menu_alias(self, alias_id: str, menu_id: str) -> None:
        """Point an alias at a menu, whether the alias exists or not. Raises LineError."""
        if alias_id in self.rich_menu_aliases():
            body = UpdateRichMenuAliasRequest.from_dict({"richMenuId": menu_id})
            _call(self._api.update_rich_menu_alias, alias_id, body)
        else:
            body = CreateRichMenuAliasRequest.from_dict({"richMenuAliasId": alias_id, "richMenuId": menu_id})
            _call(self._api.create_rich_menu_alias, body)

    def delete_rich_menu_alias(self, alias_id: str) -> None:
        """Delete an alias. Raises LineError."""
        _call(self._api.delete_rich_menu_alias, alias_id)


class _Api(ApiClient):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's client, with the token of the moment in every call."""

    def __init__(self, tokens: Tokens, host: str) -> None:
        configuration = Configuration(access_token="", host=host)
        configuration.retries = 0  # our callers decide what may be sent again
        super().__init__(configuration)
        self._tokens = tokens

    def call_api(self, *args: Any, **kwargs: Any) -> Any:
        """Make a call; what LINE answers 401 to was not done, so it is made once more with a new token."""
        token = self._authorised()
        try:
            return super().call_api(*args, **kwargs)
        except ApiException as error:
            if error.status != 401 or not self._tokens.refused(token):
                raise
        self._authorised()
        return super().call_api(*args, **kwargs)

    def _authorised(self) -> str:
        token = self._tokens.current()
        # One place for all threads: whichever token stands in it is a good one.
        self.configuration.access_token = token
        return token


def _send(model: Any, body: Mapping[str, Any], call: Callable[..., Any], **options: Any) -> SendResult:
    request = _built(model, body)
    if isinstance(request, Refused):
        return request
    try:
        answer = _call(call, request, **options)
    except LineError as error:
        return error.result
    # A multicast's answer is `{}`, for which the SDK has no model.
    data = answer.data if isinstance(answer.data, dict) else _dict(answer.data) if answer.data else {}
    ids = tuple(str(one["id"]) for one in data.get("sentMessages") or ())
    return Sent(_header(answer.headers, "x-line-request-id"), ids)


def _call(call: Callable[..., _Result], *args: Any, read: float = READ, **options: Any) -> _Result:
    name, began, outcome = _name(call), time.perf_counter(), "Sent"
    with tracing.span("line", role=SpanKind.CLIENT, call=name) as noted:
        try:
            return call(*args, _request_timeout=(CONNECT, read), **options)
        except ApiException as error:
            result = _classified(error)
            outcome = type(result).__name__
            noted.note(status=int(error.status or 0))
            log.warning("line_refused", call=name, status=error.status, result=outcome)
            raise LineError(result) from None
        except TokenUnavailable:
            outcome = "Unreachable"
            raise LineError(Unreachable(maybe_sent=False)) from None
        except HTTPError as error:
            outcome = "Unreachable"
            log.warning("line_unreachable", call=name, error=type(error).__name__)
            raise LineError(Unreachable(maybe_sent=not _never_left(error))) from None
        finally:
            noted.note(outcome=outcome)
            metrics.LINE_SECONDS.labels(call=name, outcome=outcome).observe(time.perf_counter() - began)


def _name(call: Callable[..., Any]) -> str:
    return str(getattr(call, "__name__", "call"))


def _never_left(error: HTTPError) -> bool:
    reason = error.reason if isinstance(error, MaxRetryError) else error
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _classified(error: ApiException) -> SendResult:
    status = int(error.status or 0)
    message, details = _error_body(error.body)
    accepted = _header(error.headers, "x-line-accepted-request-id")
    if status == 409 and accepted:
        sent = _json(error.body).get("sentMessages") or ()
        return Sent(accepted, tuple(str(one["id"]) for one in sent))
    if status == 429:
        return MonthlyLimit() if "monthly limit" in message.lower() else RateLimited()
    if status == 400 and not details and "reply token" in message.lower():
        return TokenDead()
    if status >= 500 or status == 0:
        return Unreachable(maybe_sent=True)
    return Refused(status, message, details)


def _error_body(body: object) -> tuple[str, tuple[tuple[str, str], ...]]:
    parsed = _json(body)
    details = tuple(
        (str(one.get("property", ""))[:100], str(one.get("message", ""))[:200])
        for one in parsed.get("details") or ()
        if isinstance(one, dict)
    )
    return str(parsed.get("message", ""))[:200], details


def _json(body: object) -> dict[str, Any]:
    try:
        parsed = json.loads(body) if isinstance(body, str | bytes) else {}
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _header(headers: Any, name: str) -> str | None:
    value = headers.get(name) if headers is not None else None
    return str(value) if value else None


def _dict(model: Any) -> dict[str, Any]:
    return dict(json.loads(model.to_json()))


def _built(model: Any, body: Mapping[str, Any]) -> Any:
    """Return the SDK's model of `body`, or Refused when the model would send anything else than `body`."""
    try:
        request = model.from_dict(body)
        lost = list(_lost(dict(body), json.loads(request.to_json()), ""))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        name = model.__name__
        log.error("line_message_unreadable", model=name, error=type(error).__name__)  # noqa: TRY400 - its text holds values
        return Refused(0, f"not a {model.__name__}")
    if lost:
        log.error("line_message_would_change", model=model.__name__, places=lost[:5])
        return Refused(0, "the SDK would change the message", tuple((place, "lost") for place in lost[:5]))
    return request


def _lost(given: Any, made: Any, place: str) -> list[str]:
    """Return the places where something given is missing or other in what was made."""
    if isinstance(given, dict):
        if not isinstance(made, dict):
            return [place or "/"]
        return [
            found
            for key, value in given.items()
            if value is not None
            for found in _lost(value, made.get(key), f"{place}/{key}")
        ]
    if isinstance(given, list | tuple):
        if not isinstance(made, list) or len(made) != len(given):
            return [place or "/"]
        return [found for n, value in enumerate(given) for found in _lost(value, made[n], f"{place}/{n}")]
    return [] if given == made else [place or "/"]
