"""SMTP by the standard library, step by step, because what an error means depends on how far we were.

Before the last byte of the letter is handed over, nothing was sent, and another try is right. After it, until
the server answers, nobody knows: that is MailUnclear, and the letter is not sent again by itself.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from nhi_core.adapters.mail.message import compose
from nhi_core.ports import Clock
from nhi_core.ports_mail import Envelope, MailDeferred, MailRefused, MailUnclear

_PATIENCE_SECONDS = 10.0
_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_START_MAIL_INPUT = 354
_LINE_OF_A_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where the mail server is, and how it is spoken to. Its text form never shows the password."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """Read an address as NHI_SMTP_URL has it."""
        parts = urlsplit(url)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def __repr__(self) -> str:
        """Show the way, not the key."""
        return f"SmtpServer({self.scheme}://{self.host}:{self.port})"


class SmtpMailer:
    """Fulfils ports_mail.Mailer. Encrypted by the scheme, with the certificate checked; never less."""

    def __init__(
        self,
        server: SmtpServer,
        clock: Clock,
        *,
        sender: str,
        trust: ssl.SSLContext | None = None,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        """Connect anew for each letter. `trust`: the certificates that count [the system's]."""
        self._server = server
        self._clock = clock
        self._sender = sender
        self._trust = trust or ssl.create_default_context()
        self._patience = patience

    def send(self, envelope: Envelope, *, key: str) -> None:
        """Send the letter. Raises MailDeferred, MailRefused, MailUnclear."""
        message = compose(envelope, key=key, sender=self._sender, clock=self._clock)
        data = _LINE_OF_A_DOT.sub(b"..", message.as_bytes())
        with self._connected() as smtp:
            with _before_the_end():
                _check(*smtp.mail(self._sender))
                _check(*smtp.rcpt(envelope.to))
                code, words = smtp.docmd("DATA")
                if code != _START_MAIL_INPUT:
                    _check(code, words)
                    raise MailDeferred(str(code))
                smtp.send(data + (b"" if data.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            try:
                code, words = smtp.getreply()
            except (OSError, smtplib.SMTPException) as error:
                raise MailUnclear(type(error).__name__) from error
            _check(code, words)

    def greet(self) -> None:
        """Connect and say who we are, and send nothing. Raises MailDeferred."""
        with self._connected():
            pass

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with _before_the_end():
            smtp = self._connect()
        try:
            yield smtp
        finally:
            # What it says to our farewell changes nothing.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        to = self._server
        if to.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                to.host, to.port, timeout=self._patience, context=self._trust
            )
        else:
            smtp = smtplib.SMTP(to.host, to.port, timeout=self._patience)
        try:
            if to.scheme == "smtp+starttls":
                smtp.starttls(context=self._trust)
            smtp.ehlo_or_helo_if_needed()
            if to.user is not None:
                smtp.login(to.user, to.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp


@contextlib.contextmanager
def _before_the_end() -> Iterator[None]:
    """Whatever breaks in here broke before the letter was whole."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        # Our greeting or our name was not taken: that is between us and the server, not the recipient.
        raise MailDeferred(str(error.smtp_code)) from error
    except ssl.SSLError as error:
        raise MailDeferred("no_tls") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailDeferred("no_server") from error


def _check(code: int, words: bytes) -> None:
    """Judge an answer by its first digit (RFC 5321, 4.2.1). The words are not kept: they name people."""
    del words
    kind = code // 100
    if kind == 5:
        raise MailRefused(str(code))
    if kind != 2:
        raise MailDeferred(str(code))
