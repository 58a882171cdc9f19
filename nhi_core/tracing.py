"""Traces: one turn is one trace, from the webhook over worker, dialogue and action to LINE's answer.

Every span has an id, so that log lines of one turn can be found together; spans are recorded and sent out
only where OTEL_EXPORTER_OTLP_ENDPOINT is set. Attributes are an allow-list of names and a short form: no
address, no text, no id of a person can become one. The libraries' own instrumentation is not used: it writes
down whole addresses, and ours may hold signed links.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from nhi_core.settings import Settings

CARRIER = "traceparent"  # W3C Trace Context; the header, and the key in stored rows
# What a span may say: how it ended, and which of a few known things it was about.
ATTRIBUTES = frozenset(
    {"action", "attempt", "call", "count", "kind", "outcome", "process", "reason", "status"}
)
_VALUE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,47}|[0-9]{1,6}")
_CARRIED = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_FORMAT = TraceContextTextMapPropagator()


class _State:
    """The process's provider; without `configure` spans have ids and are not recorded."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)


_state = _State()


def configure(settings: Settings, *, process: str, processor: SpanProcessor | None = None) -> None:
    """Send spans to the collector of the settings, if they name one; `processor` replaces the way out.

    May be called again; what came before is flushed.
    """
    processor = processor or _to_collector(settings)
    resource = Resource({"service.name": f"nhi-counter-{process}"})
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    if processor is not None:
        sampler = ParentBased(TraceIdRatioBased(settings.trace_share))
        provider = TracerProvider(sampler=sampler, resource=resource)
        provider.add_span_processor(processor)
    with _state.lock:
        before, _state.provider = _state.provider, provider
    before.shutdown()


def close() -> None:
    """Send what waits, and record nothing more."""
    with _state.lock:
        before = _state.provider
        _state.provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    before.shutdown()


@contextmanager
def span(
    name: str,
    *,
    role: SpanKind = SpanKind.INTERNAL,
    parent: str | None = None,
    **attributes: str | int,
) -> Iterator[Noted]:
    """Work inside a span; `parent` is what `carried` gave in another process.

    An exception marks the span with its kind alone: its message may hold anything.
    """
    context = _FORMAT.extract({CARRIER: parent}) if parent and _CARRIED.fullmatch(parent) else None
    tracer = _state.provider.get_tracer("nhi_counter")
    with tracer.start_as_current_span(
        name, context=context, kind=role, record_exception=False, set_status_on_exception=False
    ) as started:
        noted = Noted(started)
        noted.note(**attributes)
        try:
            yield noted
        except Exception as error:
            started.set_status(StatusCode.ERROR)
            noted.note(reason=type(error).__name__)
            raise


class Noted:
    """What may be said of a span."""

    def __init__(self, started: Span) -> None:
        """Wrap a span that has begun."""
        self._span = started

    def note(self, **attributes: str | int) -> None:
        """Add attributes. A name outside ATTRIBUTES raises; a value of another form is left out."""
        if unknown := attributes.keys() - ATTRIBUTES:
            raise ValueError(f"not an attribute of spans: {', '.join(sorted(unknown))}")
        for key, value in attributes.items():
            if _VALUE.fullmatch(str(value)):
                self._span.set_attribute(f"nhi.{key}", value)


def carried() -> str | None:
    """Return the present span as text for a header or a row; None outside of any."""
    carrier: dict[str, str] = {}
    _FORMAT.inject(carrier)
    return carrier.get(CARRIER)


def trace_id() -> str | None:
    """Return the present trace's id (32 hex digits); None outside of any."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def _to_collector(settings: Settings) -> SpanProcessor | None:
    if settings.otlp_endpoint is None:
        return None
    # Imported only where used: it is a good part of a second.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    endpoint = f"{settings.otlp_endpoint}/v1/traces"
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5))
