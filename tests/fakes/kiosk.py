"""A kiosk as the server meets it: signs its requests by RFC 9421, and can be made to sign them badly."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask.testing import FlaskClient
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from werkzeug.test import TestResponse

from nhi_core.ports import Clock


@dataclass(frozen=True)
class _Key(HTTPSignatureKeyResolver):
    pem: str

    def resolve_public_key(self, key_id: str) -> Any:
        raise NotImplementedError

    def resolve_private_key(self, key_id: str) -> Any:
        return load_pem_private_key(self.pem.encode(), None)


@dataclass
class KioskClient:
    """One kiosk with its key."""

    web: FlaskClient
    kiosk_id: str
    private_key: str
    clock: Clock

    def headers(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        skew: int = 0,
        nonce: str | None = None,
        label: str = "kiosk",
        covered: tuple[str, ...] = ("@method", "@path"),
    ) -> dict[str, str]:
        """Return the headers of a signed request; `skew` seconds is how far its clock is off."""
        message = SimpleNamespace(method=method, url=f"http://localhost{path}", headers={})
        HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_Key(self.private_key)).sign(
            message,
            key_id=self.kiosk_id,
            created=datetime.fromtimestamp(int(self.clock.now().timestamp()) + skew, UTC),
            nonce=secrets.token_urlsafe(18) if nonce is None else nonce,
            label=label,
            covered_component_ids=covered,
            body=body or None,
        )
        return message.headers

    def send(
        self, method: str, path: str, body: bytes = b"", *, key: str | None = None, **signing: Any
    ) -> TestResponse:
        """Send a signed request."""
        headers = self.headers(method, path, body, **signing)
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.web.open(path, method=method, data=body, headers=headers)
