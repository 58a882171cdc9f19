"""Identifiers in the shapes LINE uses."""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
import uuid

from ulid import ULID

_message_numbers = itertools.count(int(secrets.randbelow(10**6)) + 560_000_000_000_000_000)


def stable_id(prefix: str, key: str) -> str:
    """The same id for the same key after every restart, so that the bot's accounts still fit."""
    return prefix + hashlib.sha256(f"line-sandbox:{key}".encode()).hexdigest()[:32]


def new_id(prefix: str) -> str:
    """U…, C…: prefix and 32 hex digits."""
    return prefix + secrets.token_hex(16)


def message_id() -> str:
    """Decimal, growing, 18 digits."""
    return str(next(_message_numbers))


def event_id(ms: int) -> str:
    """webhookEventId: a ULID of that moment."""
    return str(ULID.from_timestamp(ms / 1000))


def token(size: int = 24) -> str:
    """Opaque secret for reply, quote, link and read tokens."""
    return base64.urlsafe_b64encode(secrets.token_bytes(size)).decode().rstrip("=")


def request_id() -> str:
    """x-line-request-id."""
    return str(uuid.uuid4())
