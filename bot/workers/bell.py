"""Rings for a drain the short way: the message that Celery would queue, filled in, pushed with the mail.

`send_task` costs about as much as all the rest of a webhook call (it builds the message, a producer and a
Redis client anew each time) and is a second round trip. Celery and kombu still make the message, once, on a
transport in memory; for each drain only ids and arguments are put into their place. The sweeper goes the long
way, so a message that no worker understood would delay a turn and lose none.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from typing import Any, Self

from celery import Celery
from kombu.connection import Connection
from kombu.utils.json import dumps

from bot.mailbox import Bell

_TASK, _TAG, _BOX, _BODY = "@task@", "@tag@", "@box@", "@body@"


@dataclass(frozen=True, slots=True)
class Form:
    """A queued message with the places to fill in; `body` is what stands inside it, encoded."""

    envelope: str
    body: str

    @classmethod
    def of(cls, application: Celery, task: str, queue: str) -> Self:
        """Let Celery queue the task once, in memory, and take the message."""
        with Connection("memory://") as connection:  # type: ignore[no-untyped-call]
            application.send_task(
                task, args=[_BOX], task_id=_TASK, connection=connection, ignore_result=True, retry=False
            )
            message: dict[str, Any] = connection.default_channel._get(queue)
        body = base64.b64decode(message["body"]).decode()
        message["body"] = _BODY
        message["properties"]["delivery_tag"] = _TAG
        return cls(dumps(message), body)  # type: ignore[no-untyped-call]

    def fill(self, mailbox_id: str) -> str:
        """Return the message for one mailbox. `mailbox_id`: a fingerprint, nothing that JSON would escape."""
        body = base64.b64encode(self.body.replace(_BOX, mailbox_id).encode()).decode()
        return (
            self.envelope.replace(_BODY, body)
            .replace(_BOX, mailbox_id)
            .replace(_TASK, str(uuid.uuid4()))
            .replace(_TAG, str(uuid.uuid4()))
        )


def bell(application: Celery, *, task: str, queue: str, prefix: str) -> Bell:
    """Return the function that makes the message of a drain, and says onto which list it belongs."""
    form, key = Form.of(application, task, queue), prefix + queue

    def ring(mailbox_id: str) -> tuple[str, str]:
        return key, form.fill(mailbox_id)

    return ring
