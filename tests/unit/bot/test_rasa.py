"""The dialogue engine's client: one deadline, typed failures, a breaker that opens and closes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.rasa import PATH, RasaClient, RasaDown, RasaRefused, RasaSlow
from nhi_core.wire import TurnRequest

pytestmark = pytest.mark.net

REQUEST = TurnRequest(sender="c" * 20, turn="t" * 20, language="zh-TW", text="你好")
GOOD = b'{"v":1,"replies":[{"v":1,"template":"greet"}],"intent":"greet","confidence":0.9,"language":"zh-TW"}'


class Engine:
    """A server that answers as told."""

    def __init__(self) -> None:
        self.status, self.body, self.delay = 200, GOOD, 0.0
        self.seen: list[tuple[str, str | None, bytes]] = []
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                engine.seen.append((self.path, self.headers["Authorization"], body))
                answer = engine.body
                time.sleep(engine.delay)
                self.send_response(engine.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def engine() -> Iterator[Engine]:
    found = Engine()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def rasa(engine: Engine) -> Iterator[RasaClient]:
    client = RasaClient(engine.url, "the-token", total=0.3, failures_to_open=3, seconds_open=0.2)
    yield client
    client.close()


def test_a_turn_goes_out_with_the_token_and_comes_back_typed(engine: Engine, rasa: RasaClient) -> None:
    reply = rasa.ask(REQUEST)
    assert reply.replies[0].template == "greet"
    path, token, body = engine.seen[0]
    assert (path, token) == (PATH, "Bearer the-token")
    assert TurnRequest.model_validate_json(body) == REQUEST


def test_the_deadline_holds(engine: Engine, rasa: RasaClient) -> None:
    engine.delay = 0.6
    began = time.monotonic()
    with pytest.raises(RasaSlow):
        rasa.ask(REQUEST)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_errors_mean_down(engine: Engine, rasa: RasaClient, status: int) -> None:
    engine.status = status
    with pytest.raises(RasaDown):
        rasa.ask(REQUEST)


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, b"{}"), (404, b"{}"), (302, b""), (200, b"<html>"), (200, b'{"v":2,"replies":[]}')],
)
def test_what_is_our_own_fault_is_refused_and_leaves_the_breaker_closed(
    engine: Engine, rasa: RasaClient, status: int, body: bytes
) -> None:
    engine.status, engine.body = status, body
    for _ in range(5):
        with pytest.raises(RasaRefused):
            rasa.ask(REQUEST)
    engine.status, engine.body = 200, GOOD
    assert rasa.ask(REQUEST).replies


def test_nobody_listening_means_down() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    url = f"http://127.0.0.1:{server.server_port}"
    server.server_close()
    with pytest.raises(RasaDown):
        RasaClient(url, "t").ask(REQUEST)


def test_after_failures_nobody_waits_and_recovery_needs_no_restart(engine: Engine, rasa: RasaClient) -> None:
    engine.status = 503
    for _ in range(3):
        with pytest.raises(RasaDown):
            rasa.ask(REQUEST)
    with pytest.raises(RasaDown):
        rasa.ask(REQUEST)
    assert len(engine.seen) == 3, "the open breaker asks nobody"
    time.sleep(0.25)
    engine.status = 200
    assert rasa.ask(REQUEST).replies
    assert rasa.ask(REQUEST).replies
