"""Structured logs: ids and codes only. One pipeline for our own events and for every library's.

Events are snake_case words with fields (`log.info("turn_done", turn_ms=41)`); whatever passes through is
redacted, and exceptions are written without local variables.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

import structlog
from structlog.types import EventDict, ExcInfo, Processor, WrappedLogger

from nhi_core import tracing
from nhi_core.redaction import HIDDEN, describe, is_secret_name, redact, redact_text

if TYPE_CHECKING:
    from nhi_core.settings import Settings

# Libraries that would otherwise talk at length, or install handlers of their own.
_QUIET = ("urllib3", "kombu", "amqp", "linebot", "sanic.access", "werkzeug", "asyncio", "alembic")
_ROUTED = (
    "celery", "celery.task", "celery.worker", "celery.redirected", "gunicorn.error", "gunicorn.access",
    "sqlalchemy", "alembic", "rasa_sdk", "sanic", "sanic.root", "sanic.error", "sanic.access", "werkzeug",
    "flask.app", "py.warnings",
)  # fmt: skip
_PLUMBING = frozenset({"event", "level", "timestamp", "logger", "exception"})
_MACHINERY = frozenset({"_record", "_from_structlog"})  # structlog's own; removed before anything is written


def configure(settings: Settings, *, process: str | None = None, stream: TextIO | None = None) -> None:
    """Route structlog and the standard library's loggers through the redacting pipeline.

    JSON lines, or a readable form when the stream is a terminal (`NHI_LOG_FORMAT` decides otherwise).
    `process` (web, worker, actions …) is written on each line. May be called again.
    """
    out = stream if stream is not None else sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        render_exception,
        redact_event,
        add_trace,
    ]
    console = settings.log_format == "console" or (settings.log_format == "auto" and out.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            # A library's message may hold anything: it is formatted, then redacted as text.
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _ROUTED:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _last_words
    threading.excepthook = _last_words_of_thread
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    if process is not None:
        structlog.contextvars.bind_contextvars(process=process)


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: the id of the present trace, so that the lines of one turn can be found together.

    After redaction: it is a random number of our own, and may look like anything.
    """
    found = tracing.trace_id()
    return event if found is None else {**event, "trace": found}


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: hide fields by name, then identifiers by shape, in every value however deep."""
    clean: EventDict = {}
    for key, value in event.items():
        if key in _MACHINERY:
            clean[key] = value
        elif key in _PLUMBING:
            clean[key] = redact_text(value) if isinstance(value, str) else redact(value)
        else:
            clean[redact_text(key)] = HIDDEN if is_secret_name(key) else redact(value)
    return clean


def render_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: turn `exc_info` into text without local variables and with redacted messages."""
    info: ExcInfo | BaseException | bool | None = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()  # type: ignore[assignment]
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = exception_text(error)
    # A dump of the stack quotes source lines, and those may quote data.
    event.pop("stack_info", None)
    return event


def exception_text(error: BaseException) -> str:
    """Return places and redacted messages of an exception and its causes, the outermost first.

    Source lines are left out as well: a line of code may hold a literal from a test or a data file.
    """
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(describe(current))
        lines.extend(
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        )
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write what ended the process, redacted; the interpreter's own way would print the raw message."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("nhi_core").critical("process_crashed", exc_info=(kind, error, trace))


def _last_words_of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        structlog.get_logger("nhi_core").error("thread_crashed", exc_info=args.exc_value)
