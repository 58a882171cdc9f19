"""The LINE client: what goes over the wire, and what each answer means."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot import line as line_module
from bot.line import (
    LineClient,
    LineError,
    MonthlyLimit,
    RateLimited,
    Refused,
    Sent,
    TokenDead,
    Unreachable,
)
from bot.rendering import render
from bot.rendering.store import samples, template_names

pytestmark = pytest.mark.net

TEXT = {"type": "text", "text": "你好"}
KEY = "123e4567-e89b-12d3-a456-426614174000"


class Platform:
    """A server that records calls and answers as told."""

    def __init__(self) -> None:
        self.status, self.delay = 200, 0.0
        self.answer: Any = {"sentMessages": [{"id": "1"}]}
        self.headers: dict[str, str] = {"x-line-request-id": "req-1"}
        self.calls: list[tuple[str, str, dict[str, str], bytes]] = []
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                platform.calls.append((self.command, self.path, headers, body))
                time.sleep(platform.delay)
                given = platform.answer
                answer = given if isinstance(given, bytes) else json.dumps(given).encode()
                self.send_response(platform.status)
                for name, value in platform.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 - the library's names

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def sent(self) -> dict[str, Any]:
        """Return the JSON of the last call."""
        found: dict[str, Any] = json.loads(self.calls[-1][3])
        return found


@pytest.fixture
def platform() -> Iterator[Platform]:
    found = Platform()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def line(platform: Platform) -> LineClient:
    return LineClient("the-token", api_url=platform.url, data_api_url=platform.url)


def test_a_reply_carries_token_messages_and_authorization(platform: Platform, line: LineClient) -> None:
    assert line.reply("rt", [TEXT]) == Sent("req-1", ("1",))
    method, path, headers, _ = platform.calls[0]
    assert (method, path, headers["authorization"]) == ("POST", "/v2/bot/message/reply", "Bearer the-token")
    assert platform.sent() == {"replyToken": "rt", "messages": [TEXT], "notificationDisabled": False}


def test_a_push_carries_its_retry_key(platform: Platform, line: LineClient) -> None:
    assert isinstance(line.push("U1", [TEXT], retry_key=KEY), Sent)
    assert platform.calls[0][2]["x-line-retry-key"] == KEY


@pytest.mark.parametrize("name", template_names())
def test_every_template_reaches_line_whole(platform: Platform, line: LineClient, name: str) -> None:
    for sample in samples(name):
        messages = render(name, sample.data, language="zh-TW", session="s")
        assert isinstance(line.reply("rt", messages), Sent)
        assert without_empty(platform.sent()["messages"]) == without_empty(messages)


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_empty(one) for key, one in value.items() if one is not None}
    return [without_empty(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text", "text": "hi", "colour": "red"},
        {"type": "hologram"},
        {"type": "flex", "altText": "a", "contents": {"type": "bubble", "bodyy": {}}},
        {"type": "text"},
    ],
)
def test_what_the_sdk_would_drop_or_cannot_read_never_leaves(
    platform: Platform, line: LineClient, message: dict[str, Any]
) -> None:
    assert isinstance(line.reply("rt", [message]), Refused)
    assert platform.calls == []


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (400, {"message": "Invalid reply token"}, TokenDead()),
        (
            400,
            {
                "message": "The request body has 1 error(s)",
                "details": [{"property": "messages[0].text", "message": "m"}],
            },
            Refused(400, "The request body has 1 error(s)", (("messages[0].text", "m"),)),
        ),
        (401, {"message": "Authentication failed"}, Refused(401, "Authentication failed")),
        (
            409,
            {"message": "The retry key is already accepted"},
            Refused(409, "The retry key is already accepted"),
        ),
        (429, {"message": "You have reached your monthly limit."}, MonthlyLimit()),
        (429, {"message": "The API rate limit has been exceeded. Try again later."}, RateLimited()),
        (500, {"message": "x"}, Unreachable(maybe_sent=True)),
        (503, b"<html>", Unreachable(maybe_sent=True)),
    ],
)
def test_each_refusal_has_its_meaning(
    platform: Platform, line: LineClient, status: int, body: Any, meaning: object
) -> None:
    platform.status, platform.answer = status, body
    assert line.reply("rt", [TEXT]) == meaning


def test_a_retry_key_that_was_accepted_before_means_sent(platform: Platform, line: LineClient) -> None:
    platform.status = 409
    platform.headers = {"x-line-accepted-request-id": "first"}
    platform.answer = {"message": "The retry key is already accepted", "sentMessages": [{"id": "7"}]}
    assert line.push("U1", [TEXT], retry_key=KEY) == Sent("first", ("7",))


def test_no_answer_in_time_may_have_been_sent(
    platform: Platform, line: LineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module._call, "__kwdefaults__", {"read": 0.05})
    platform.delay = 0.3
    assert line.reply("rt", [TEXT]) == Unreachable(maybe_sent=True)
    assert len(platform.calls) == 1, "the SDK's transport must not repeat a send by itself"


def test_nobody_listening_was_surely_not_sent() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    url = f"http://127.0.0.1:{server.server_port}"
    server.server_close()
    assert LineClient("t", api_url=url, data_api_url=url).reply("rt", [TEXT]) == Unreachable(maybe_sent=False)


def test_reading_profiles_and_quota(platform: Platform, line: LineClient) -> None:
    platform.answer = {"userId": "U1", "displayName": "x", "language": "vi"}
    assert line.profile("U1")["language"] == "vi"
    platform.answer = {"type": "limited", "value": 200}
    assert line.quota() == 200
    platform.answer = {"type": "none"}
    assert line.quota() is None
    platform.answer = {"totalUsage": 5}
    assert line.quota_used() == 5
    platform.answer = {"count": 102}
    assert (line.group_count("C1"), line.group_count("R1")) == (102, 102)
    platform.status, platform.answer = 404, {"message": "not found"}
    with pytest.raises(LineError):
        line.profile("U1")
    with pytest.raises(LineError):
        line.group_count("C1")
    assert line.linked_rich_menu("U1") is None


def test_loading_and_rich_menus(platform: Platform, line: LineClient) -> None:
    platform.status, platform.answer = 202, {}
    line.loading("U1", 5)
    assert platform.sent() == {"chatId": "U1", "loadingSeconds": 5}
    platform.status, platform.answer = 200, {"richMenuId": "richmenu-1"}
    menu = {
        "size": {"width": 2500, "height": 843}, "selected": True, "name": "n", "chatBarText": "選單",
        "areas": [{"bounds": {"x": 0, "y": 0, "width": 10, "height": 10},
                   "action": {"type": "postback", "data": "v=1&s=menu&i=help", "label": "x"}}],
    }  # fmt: skip
    assert line.create_rich_menu(menu) == "richmenu-1"
    assert platform.sent() == menu
    line.link_rich_menu("U1", "richmenu-1")
    assert platform.calls[-1][:2] == ("POST", "/v2/bot/user/U1/richmenu/richmenu-1")
    line.unlink_rich_menu("U1")
    assert platform.calls[-1][0] == "DELETE"
    line.upload_rich_menu_image("richmenu-1", b"\x89PNG")
    assert platform.calls[-1][2]["content-type"] == "image/png"
    assert platform.calls[-1][3] == b"\x89PNG"
    platform.answer = {"aliases": []}
    line.set_rich_menu_alias("bound-zh", "richmenu-1")
    assert platform.sent() == {"richMenuAliasId": "bound-zh", "richMenuId": "richmenu-1"}
    platform.answer = {"richmenus": [{"richMenuId": "richmenu-1", **menu}]}
    assert [one["richMenuId"] for one in line.rich_menus()] == ["richmenu-1"]


def test_content_that_is_not_ready_yet(platform: Platform, line: LineClient) -> None:
    platform.answer = b"\xff\xd8picture"
    assert line.content("1") == b"\xff\xd8picture"
    platform.status, platform.answer = 202, b""
    assert line.content("1") is None


def test_one_connection_serves_many_calls_from_many_threads(platform: Platform, line: LineClient) -> None:
    results: list[object] = []
    threads = [
        threading.Thread(
            target=lambda: results.extend(line.push("U1", [TEXT], retry_key=KEY) for _ in range(5))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [Sent("req-1", ("1",))] * 20
