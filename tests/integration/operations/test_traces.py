"""One turn is one trace, from the webhook to LINE, and says nothing about the person."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.registry import all_actions
from bot import webhook
from bot.line import LineClient
from bot.rasa import RasaClient
from bot.workers import runtime
from bot.workers.conversation import drain
from nhi_core import logs, tracing
from nhi_core.bootstrap import Core
from nhi_core.settings import Settings
from nhi_core.wire import ActionReply
from tests.factories import canary, events
from tests.integration.bot.conftest import Bench

pytestmark = pytest.mark.net

SECRET = "sandbox-channel-secret"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What would go to the collector."""
    exporter = InMemorySpanExporter()
    settings = Settings.load(env_file=None)
    tracing.configure(settings, process="tests", processor=SimpleSpanProcessor(exporter))
    yield exporter
    tracing.close()


class Outside(ThreadingHTTPServer):
    """LINE and the dialogue engine in one: the engine runs our action, as Rasa would, with the turn alone."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.core: Core | None = None
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def turn(self, body: dict[str, Any]) -> dict[str, Any]:
        assert self.core is not None
        action = next(one for one in all_actions(self.core) if one.name() == "action_query_arrears")
        message = {"text": body.get("text"), "metadata": {"turn": body["turn"]}, "entities": []}
        tracker = Tracker(body["sender"], {}, message, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        action.run(dispatcher, tracker, {})
        replies = [ActionReply.model_validate(one["custom"]).model_dump() for one in dispatcher.messages]
        return {"v": 1, "replies": replies, "intent": "query_arrears", "language": "zh-TW"}


class _Handler(BaseHTTPRequestHandler):
    server: Outside

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        is_turn = self.path.endswith("/nhi/webhook")
        answer = json.dumps(self.server.turn(body) if is_turn else {"sentMessages": [{"id": "1"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def outside() -> Iterator[Outside]:
    """LINE and the dialogue engine on one port."""
    server = Outside()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_one_turn_is_one_trace_with_all_its_stages_and_nothing_personal(
    bench: Bench, outside: Outside, spans: InMemorySpanExporter
) -> None:
    outside.core = bench.core
    line = LineClient("a-token-of-line", api_url=outside.url, data_api_url=outside.url)
    rasa = RasaClient(outside.url, "a-token-of-rasa")
    office = runtime.build(bench.core.settings, bench.core, line=line, rasa=rasa, assign_menu=bench.assign)
    app, queued = Flask("bot"), list[str]()
    app.register_blueprint(
        webhook.blueprint(
            channel_secret=SECRET,
            mailbox=bench.mailbox,
            fingerprints=bench.core.fingerprints,
            clock=bench.clock,
            enqueue=queued.append,
        )
    )
    raw = events.text(f"我是{canary.NAME}，{canary.NATIONAL_ID}，欠多少")
    body = json.dumps({"destination": "U0", "events": [raw]}).encode()
    signature = webhook.signature_of(SECRET.encode(), body)
    answer = app.test_client().post("/line/webhook", data=body, headers={webhook.SIGNATURE: signature})
    assert answer.status_code == 200
    for mailbox_id in queued:
        drain(office, mailbox_id)
    office.desk.background.shutdown(wait=True)
    office.desk.rasa.close()

    found = spans.get_finished_spans()
    by_name = {span.name: span for span in found}
    assert {"webhook", "turn", "dialogue", "action", "render", "send", "line"} <= set(by_name)
    assert len({span.context.trace_id for span in found if span.name != "line"}) == 1
    replied = next(s for s in found if s.name == "line" and s.attributes["nhi.call"].startswith("reply"))
    assert replied.context.trace_id == by_name["webhook"].context.trace_id
    assert by_name["turn"].parent.span_id == by_name["webhook"].context.span_id
    assert by_name["dialogue"].parent.span_id == by_name["turn"].context.span_id
    said = "".join(span.to_json() for span in found)
    for secret in (canary.NAME, canary.NATIONAL_ID, events.USER, raw["replyToken"]):
        assert secret not in said
    assert {key for span in found for key in span.attributes} <= {f"nhi.{a}" for a in tracing.ATTRIBUTES}
    (carried,) = [
        headers[tracing.CARRIER] for path, headers in outside.asked if path.endswith("/nhi/webhook")
    ]
    assert f"{by_name['webhook'].context.trace_id:032x}" in carried


def test_an_attribute_outside_the_list_is_refused_and_a_long_value_left_out(
    spans: InMemorySpanExporter,
) -> None:
    with tracing.span("turn") as noted:
        noted.note(kind=canary.NAME, outcome="ended")
        with pytest.raises(ValueError, match="user"):
            noted.note(user="U1")
    (span,) = spans.get_finished_spans()
    assert span.attributes == {"nhi.outcome": "ended"}


def test_an_error_is_named_by_its_kind_alone(spans: InMemorySpanExporter) -> None:
    with pytest.raises(RuntimeError), tracing.span("turn"):
        raise RuntimeError(canary.NAME)
    (span,) = spans.get_finished_spans()
    assert (span.attributes, span.events) == ({"nhi.reason": "RuntimeError"}, ())


def test_without_a_collector_there_are_ids_for_the_logs_and_no_records() -> None:
    tracing.configure(Settings.load(env_file=None), process="tests")
    with tracing.span("webhook"):
        outer, carried = tracing.trace_id(), tracing.carried()
        line = logs.add_trace(None, "info", {"event": "x"})
    with tracing.span("turn", parent=carried):
        assert tracing.trace_id() == outer
    assert line["trace"] == outer
    assert tracing.trace_id() is None
    assert "trace" not in logs.add_trace(None, "info", {"event": "x"})


def test_what_another_process_sends_is_taken_only_in_its_form(spans: InMemorySpanExporter) -> None:
    with tracing.span("turn", parent="00-" + canary.NATIONAL_ID):
        pass
    assert spans.get_finished_spans()[0].parent is None


def test_mail_of_the_release_before_has_no_trace_and_is_read(bench: Bench) -> None:
    raw = events.text("你好")
    (mailbox_id,) = bench.post(raw)
    mail = bench.mailbox.peek(mailbox_id)
    assert mail is not None
    assert dataclasses.replace(bench.mailbox.open(mail)).trace is None
