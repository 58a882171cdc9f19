"""A real SMTP server on this machine that can be told to misbehave, and certificates for it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass
class Letterbox:
    """What came in, and what the server answers. `drop`: break the connection instead of answering DATA."""

    letters: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    rcpt: str = "250 OK"
    data: str = "250 OK"
    drop: bool = False
    drop_at_rcpt: bool = False
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the library's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.drop_at_rcpt:
            assert server.transport is not None
            server.transport.close()
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.data.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.letters.append(envelope.content)
            self.recipients.append(envelope.rcpt_tos)
            self.encrypted.append(session.ssl is not None)
        if self.drop:
            assert server.transport is not None
            server.transport.close()
        return self.data


class _Port(Controller):
    """Any free port."""

    def __init__(self, box: Letterbox, **options: Any) -> None:
        super().__init__(box, hostname=HOST, port=0, **options)

    def _trigger_server(self) -> None:
        # The library connects to the port it was told; 0 means whichever the system gave.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _login(*given: Any) -> AuthResult:
    secret = given[-1]
    good = isinstance(secret, LoginPassword) and (secret.login, secret.password) == (b"counter", b"p@ss word")
    return AuthResult(success=good, handled=False)


@contextmanager
def serving(
    box: Letterbox, *, certificate: Path | None = None, implicit: bool = False, login: bool = False
) -> Iterator[int]:
    """Run the server; yields its port."""
    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        options = {"ssl_context": context} if implicit else {"tls_context": context}
    if login:
        options |= {"authenticator": _login, "auth_require_tls": not implicit}
    port = _Port(box, **options)
    port.start()
    try:
        yield port.port
    finally:
        port.stop()


def make_certificate(path: Path) -> None:
    """Write a key and a certificate of its own for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
