"""`POST /line/webhook`: signature over the raw bytes, then each event into its person's mailbox, then 200.

LINE waits two seconds and may deliver twice; nothing is done here that can be done later. The signature is
the blueprint's authentication: nothing is parsed before it holds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from flask import Blueprint, Response, abort, request
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from bot import metrics, stages
from bot.events import KINDS, Event
from bot.mailbox import Mailbox
from nhi_core.domain.errors import CacheUnavailable
from nhi_core.ports import Clock, Fingerprints

log = structlog.get_logger(__name__)

SIGNATURE = "X-Line-Signature"


class Enqueue(Protocol):
    """Queues the task that drains one mailbox. Raises kombu's OperationalError or a RedisError."""

    def __call__(self, mailbox_id: str) -> None: ...


def signature_of(secret: bytes, body: bytes) -> str:
    """Return LINE's signature: base64 of HMAC-SHA256 over the raw body, keyed by the channel secret."""
    return base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode("ascii")


def mailbox_id_of(fingerprints: Fingerprints, event: Event) -> str:
    """Return the mailbox of an event's source: a keyed fingerprint, so that no LINE id is queued."""
    return fingerprints.make("mailbox", event.mailbox_source)


def blueprint(
    *,
    channel_secret: str,
    mailbox: Mailbox,
    fingerprints: Fingerprints,
    clock: Clock,
    enqueue: Enqueue | None = None,
) -> Blueprint:
    """Return the webhook with its authentication. `enqueue` is for a mailbox that has no bell of its own."""
    secret = channel_secret.encode()
    page = Blueprint("line_webhook", __name__)

    def check_signature() -> None:
        given = request.headers.get(SIGNATURE, "")
        # Bytes, because compare_digest refuses text that is not ASCII.
        if not hmac.compare_digest(signature_of(secret, request.get_data()).encode(), given.encode("utf-8")):
            log.warning("webhook_signature_refused", given=bool(given))
            abort(401)

    def receive() -> Response:
        events = _events(request.get_data())
        now = clock.now()
        mails: list[tuple[str, Event]] = []
        for raw in events:
            if not isinstance(raw, dict):
                log.warning("webhook_event_unreadable")
                continue
            event = Event.of(raw, now)
            if event.kind not in KINDS:
                log.warning("webhook_event_unknown", event_id=event.id, kind=event.kind)
            mails.append((mailbox_id_of(fingerprints, event), event))
        try:
            for mailbox_id in mailbox.append(mails, now) if mails else []:
                if enqueue is not None:
                    enqueue(mailbox_id)
        except (CacheUnavailable, OperationalError, RedisError, OSError) as error:
            # What is already in a mailbox stays there; LINE delivers again, and the sweeper looks too.
            log.error("webhook_cannot_store", error=type(error).__name__)  # noqa: TRY400 - one line is enough
            abort(503)
        return Response("{}", mimetype="application/json")

    page.before_request(check_signature)
    page.add_url_rule("/line/webhook", view_func=_timed(receive), methods=["POST"])
    return page


def _events(body: bytes) -> list[Any]:
    """Return the events of a signed body; aborts with 400 when it is not LINE's form."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        abort(400)
    events = parsed.get("events") if isinstance(parsed, Mapping) else None
    if not isinstance(events, list):
        abort(400)
    return events


def _timed(view: Callable[[], Response]) -> Callable[[], Response]:
    def timed() -> Response:
        start = time.perf_counter()
        try:
            with stages.stage("webhook"):
                return view()
        finally:
            metrics.WEBHOOK_SECONDS.observe(time.perf_counter() - start)

    return timed
