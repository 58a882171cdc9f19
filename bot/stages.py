"""The stages of a turn, timed and traced alike: a histogram for all, a span for the one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from opentelemetry.trace import SpanKind

from bot import metrics
from nhi_core import tracing

Stage = Literal["webhook", "turn", "dialogue", "render", "send"]
_ROLES = {"webhook": SpanKind.SERVER, "turn": SpanKind.CONSUMER, "dialogue": SpanKind.CLIENT}


@contextmanager
def stage(name: Stage, *, parent: str | None = None, **attributes: str | int) -> Iterator[tracing.Noted]:
    """Work in a stage; `attributes` as `tracing.span` takes them."""
    began = time.perf_counter()
    try:
        role = _ROLES.get(name, SpanKind.INTERNAL)
        with tracing.span(name, role=role, parent=parent, **attributes) as noted:
            yield noted
    finally:
        metrics.STAGE_SECONDS.labels(stage=name).observe(time.perf_counter() - began)
