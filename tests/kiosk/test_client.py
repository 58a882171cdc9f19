"""What leaves the kiosk: signed by RFC 9421, repeatable without doing twice, never more than was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, Response, request
from http_message_signatures import HTTPMessageVerifier, InvalidSignature, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from werkzeug.serving import make_server

from card_kiosk.client import CounterClient, KeyUnusable, Refused, Unreachable
from nhi_core.wire.kiosk import KioskErrorCode, KioskKey, SecondFact

pytestmark = pytest.mark.net
ID = "01K00000000000000000000000"
PRIVATE = Ed25519PrivateKey.generate()
PEM = PRIVATE.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


class Seen:
    """A request as the server got it."""

    def __init__(self) -> None:
        self.method, self.path, self.body = request.method, request.path, request.get_data()
        self.headers = dict(request.headers.items())
        self.url = request.url


class Counter:
    """Answers by a script and keeps what came."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: list[tuple[int, Any]] = []
        app = Flask(__name__)

        @app.route("/kiosk/v1/<path:_path>", methods=["GET", "POST", "DELETE"])
        def take(_path: str) -> Response:
            self.seen.append(Seen())
            status, body = self.answers.pop(0)
            if status == 0:
                request.environ["werkzeug.socket"].shutdown(2)  # the line is cut
            text = body if isinstance(body, str) else json.dumps(body)
            return Response(text, status, mimetype="application/json")

        app.config["PROPAGATE_EXCEPTIONS"] = False
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def counter() -> Iterator[Counter]:
    found = Counter()
    yield found
    found.close()


def client(counter: Counter, **options: Any) -> CounterClient:
    return CounterClient(KioskKey(kiosk_id=ID, private_key=PEM, server=counter.url), counter.url, **options)


def verify(seen: Seen, key: Any = None) -> Any:
    resolver = MappingKeyResolver(private_keys={}, public_keys={ID: key or PRIVATE.public_key()})
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=resolver)
    required = ("@method", "@path", "content-digest") if seen.body else ("@method", "@path")
    body = seen.body or None
    (result,) = verifier.verify(seen, max_age=timedelta(seconds=60), require_components=required, body=body)
    return result


FACT = SecondFact(kind="household_number", value="F9000001")
CODE = {"state": "code", "code": "ABCD-2345", "qr": "https://line.me/R/oaMessage/%40a/?x", "expires_in": 180}


def test_a_request_with_a_body_is_signed_with_its_digest(counter: Counter) -> None:
    counter.answers = [(200, CODE)]
    client(counter).second_fact("s" * 20, FACT)
    (seen,) = counter.seen
    result = verify(seen)
    assert result.label == "kiosk"
    assert len(result.parameters["nonce"]) >= 22
    assert result.parameters["keyid"] == ID
    assert "sha-256" in seen.headers["Content-Digest"]


def test_a_request_without_a_body_is_signed_too_and_the_clock_is_asked_unsigned(counter: Counter) -> None:
    counter.answers = [(200, {"state": "code", "expires_in": 3}), (200, {"now": 5})]
    kiosk = client(counter)
    kiosk.look("s" * 20)
    assert kiosk.time().now == 5
    verify(counter.seen[0])
    assert "Signature" not in counter.seen[1].headers


@pytest.mark.parametrize("what", ["body", "path", "method", "key"])
def test_a_changed_request_does_not_verify(counter: Counter, what: str) -> None:
    counter.answers = [(200, CODE)]
    client(counter).second_fact("s" * 20, FACT)
    (seen,) = counter.seen
    key = None
    match what:
        case "body":
            seen.body = seen.body.replace(b"F9000001", b"F9000002")
        case "path":
            seen.url = seen.url.replace("ssss", "tttt")
        case "method":
            seen.method = "DELETE"
        case _:
            key = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(InvalidSignature):
        verify(seen, key)


def test_no_nonce_comes_twice(counter: Counter) -> None:
    counter.answers = [(200, {"state": "code"})] * 5
    kiosk = client(counter)
    for _ in range(5):
        kiosk.look("s" * 20)
    assert len({verify(seen).parameters["nonce"] for seen in counter.seen}) == 5


def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_a_new_signature(counter: Counter) -> None:
    counter.answers = [(0, ""), (200, CODE)]
    assert client(counter).second_fact("s" * 20, FACT).code == "ABCD-2345"
    first, second = counter.seen
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert verify(first).parameters["nonce"] != verify(second).parameters["nonce"]


def test_two_acts_have_two_keys(counter: Counter) -> None:
    counter.answers = [(200, CODE), (200, CODE)]
    kiosk = client(counter)
    kiosk.second_fact("s" * 20, FACT)
    kiosk.second_fact("s" * 20, FACT)
    assert len({seen.headers["Idempotency-Key"] for seen in counter.seen}) == 2


def test_a_no_of_the_server_keeps_its_numbers(counter: Counter) -> None:
    counter.answers = [(403, {"error": "second_fact_wrong", "attempts_left": 2})]
    with pytest.raises(Refused) as refused:
        client(counter).second_fact("s" * 20, FACT)
    assert refused.value.error.error is KioskErrorCode.SECOND_FACT_WRONG
    assert refused.value.error.attempts_left == 2
    assert "F9000001" not in str(refused.value)


@pytest.mark.parametrize("answer", [(200, "<html>"), (502, "<html>"), (200, {"state": "new"}), (302, "")])
def test_an_answer_of_another_shape_counts_as_none(counter: Counter, answer: tuple[int, Any]) -> None:
    counter.answers = [answer]
    with pytest.raises(Unreachable):
        client(counter).look("s" * 20)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    key = KioskKey(kiosk_id=ID, private_key=PEM, server="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        CounterClient(key, "http://127.0.0.1:9").hello()


def test_the_time_of_the_signature_is_the_kiosks(counter: Counter) -> None:
    counter.answers = [(200, {"state": "code"})]
    client(counter, now=lambda: datetime.now(UTC) - timedelta(hours=1)).look("s" * 20)
    with pytest.raises(InvalidSignature):
        verify(counter.seen[0])


@pytest.mark.parametrize("pem", ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_file_without_a_key_is_said_to_be_so(pem: str) -> None:
    with pytest.raises(KeyUnusable):
        CounterClient(KioskKey(kiosk_id=ID, private_key=pem, server="https://a.example"), "https://a.example")
