"""The kiosk's side of `/kiosk/v1`: each request signed by RFC 9421, each answer checked."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from pydantic import BaseModel, ValidationError

from nhi_core.wire.kiosk import (
    SIGNATURE_LABEL,
    CodeShown,
    ConfirmDigits,
    EndSession,
    HelloAnswer,
    KioskError,
    KioskKey,
    Nothing,
    OpenSession,
    SecondFact,
    SessionEnded,
    SessionOpened,
    SessionView,
    TimeAnswer,
)

_COVERED = ("@method", "@path")
_TIMEOUT = (3.05, 8.0)  # seconds: connect, answer
_TRIES = 2
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Answer = TypeVar("Answer", bound=BaseModel)
Method = Literal["GET", "POST", "DELETE"]


class Refused(Exception):
    """The server said no; `error` says why."""

    def __init__(self, error: KioskError) -> None:
        """Keep the body. The text is the code alone."""
        self.error = error
        super().__init__(error.error.value)


class Unreachable(Exception):
    """No answer, or one that nobody understands. The text is the kind of fault, never a body."""


class KeyUnusable(Exception):
    """The key file holds no Ed25519 key."""


class _Key(HTTPSignatureKeyResolver):
    def __init__(self, key: KioskKey) -> None:
        try:
            loaded = load_pem_private_key(key.private_key.encode(), password=None)
        except ValueError as error:
            raise KeyUnusable("no PEM key") from error
        if not isinstance(loaded, Ed25519PrivateKey):
            raise KeyUnusable("no Ed25519 key")
        self._key = loaded

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002 - the library's signature
        """Return the one key there is."""
        return self._key


class CounterClient:
    """May be used from several threads. Methods raise Refused or Unreachable."""

    def __init__(
        self, key: KioskKey, server: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Load the key; raises KeyUnusable. Nothing is sent yet."""
        self._id = key.kiosk_id
        self._base = server + "/kiosk/v1"
        self._direct = urlsplit(server).hostname in _LOOPBACK
        self._now = now
        self._signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_Key(key))
        self._local = threading.local()

    def time(self) -> TimeAnswer:
        """Ask for the server's clock, unsigned."""
        return self._call("GET", "/time", None, TimeAnswer, signed=False)

    def hello(self) -> HelloAnswer:
        """Tell that we are here; learn who the server takes us for."""
        return self._call("POST", "/hello", Nothing(), HelloAnswer)

    def open(self, request: OpenSession) -> SessionOpened:
        """Begin a card session."""
        return self._call("POST", "/sessions", request, SessionOpened)

    def second_fact(self, session: str, fact: SecondFact) -> CodeShown:
        """Let the server check the second fact."""
        return self._call("POST", f"/sessions/{session}/second-fact", fact, CodeShown)

    def look(self, session: str) -> SessionView:
        """Ask where the session stands."""
        return self._call("GET", f"/sessions/{session}", None, SessionView)

    def confirm(self, session: str, digits: str) -> SessionView:
        """Tell that the person saw the same digits on the phone."""
        return self._call("POST", f"/sessions/{session}/confirm", ConfirmDigits(digits=digits), SessionView)

    def renew(self, session: str) -> CodeShown:
        """Ask for a fresh code; the old one dies."""
        return self._call("POST", f"/sessions/{session}/renew", Nothing(), CodeShown)

    def unbind(self, session: str) -> SessionView:
        """End the binding that the person has."""
        return self._call("POST", f"/sessions/{session}/unbind", Nothing(), SessionView)

    def end(self, session: str, reason: Literal["card_removed", "timeout", "cancelled"]) -> SessionEnded:
        """End a session; ending it again changes nothing."""
        return self._call("DELETE", f"/sessions/{session}", EndSession(reason=reason), SessionEnded)

    # --- details ------------------------------------------------------------------------------

    def _call(
        self, method: Method, path: str, body: BaseModel | None, shape: type[Answer], *, signed: bool = True
    ) -> Answer:
        """Send; once more when there was no answer (the same Idempotency-Key makes that safe)."""
        data = None if body is None else body.model_dump_json().encode()
        once = secrets.token_urlsafe(18)
        for left in range(_TRIES - 1, -1, -1):
            try:
                return _read(self._send(method, path, data, once, signed=signed), shape)
            except requests.RequestException as error:
                if not left:
                    raise Unreachable(type(error).__name__) from None
        raise Unreachable("no try")

    def _send(
        self, method: Method, path: str, data: bytes | None, once: str, *, signed: bool
    ) -> requests.Response:
        session = self._session()
        headers = {"Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        if method == "POST":
            headers["Idempotency-Key"] = once
        request = session.prepare_request(
            requests.Request(method, self._base + path, data=data, headers=headers)
        )
        if signed:
            self._signer.sign(
                request,
                key_id=self._id,
                created=self._now(),
                nonce=secrets.token_urlsafe(18),
                label=SIGNATURE_LABEL,
                covered_component_ids=_COVERED,
                body=data,
            )
        # `send` alone would not look at the machine's proxy settings.
        around = session.merge_environment_settings(request.url or "", {}, None, None, None)
        return session.send(request, timeout=_TIMEOUT, allow_redirects=False, **around)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = not self._direct  # a proxy of the machine has no business on loopback
        return session


def _read(answer: requests.Response, shape: type[Answer]) -> Answer:
    try:
        if answer.ok:
            return shape.model_validate_json(answer.content)
        raise Refused(KioskError.model_validate_json(answer.content))
    except ValidationError:
        raise Unreachable(f"answer {answer.status_code} of another shape") from None
