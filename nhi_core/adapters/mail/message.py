"""A letter as the standard library's message."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from hashlib import sha256

from nhi_core.domain.calendar import TAIPEI
from nhi_core.ports import Clock
from nhi_core.ports_mail import Envelope

_NAME = "健保櫃檯 NHI Counter"


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of a letter: the same for the same row, however often it is tried."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{sender.partition('@')[2]}>"


def compose(envelope: Envelope, *, key: str, sender: str, clock: Clock) -> EmailMessage:
    """Return the message. No header holds anything personal but the recipient's address."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((_NAME, sender))
    message["To"] = envelope.to
    message["Subject"] = envelope.subject
    message["Date"] = format_datetime(clock.now().astimezone(TAIPEI))
    message["Message-ID"] = message_id(key, sender)
    message["Content-Language"] = envelope.language
    # So that no holiday notice answers a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(envelope.text)
    for one in envelope.attachments:
        kind, _, subtype = one.mimetype.partition("/")
        message.add_attachment(one.data, maintype=kind, subtype=subtype, filename=one.name)
    return message
