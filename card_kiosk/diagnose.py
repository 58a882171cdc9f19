"""What an office clerk can paste into a mail: what is there, what works, and nothing of any person."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from card_kiosk.client import CounterClient, KeyUnusable, Refused, Unreachable
from card_kiosk.problems import CardProblem
from card_kiosk.settings import Settings
from card_kiosk.transport import ReaderService, ServiceGone

# Generations of the card, for the record alone: thousands of citizens share one, and so do other products.
ATR_NAMES = {
    bytes.fromhex("3BEE00008131FE4580318066409093060F17830F9000F3"): "NHI card, first generation",
    bytes.fromhex("3BFC1800008131FE458073C8211366020403550002D2"): "NHI card",
    bytes.fromhex("3BFD1300008131FE454A434F50323176323331474454E1"): "NHI card (JCOP21 v2.3.1)",
    bytes.fromhex("3BFD1800008131FE45534C4A353247787879797A52AA"): "NHI card (SLJ52G)",
    bytes.fromhex("3BFF1800FF8131FE455448434331305445434F4744484E3224"): "NHI card (TECO DHN2)",
    bytes.fromhex("3BFF1800FF8131FE455448434331305445434F4744494E3126"): "NHI card (TECO DIN1)",
    bytes.fromhex("3BF91800008131FE4550565F4A3244303831B6"): "medical staff card (醫事人員卡)",
}
_CLOCK_LIMIT = 60  # seconds; more, and the server refuses every request


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `good` None: for information."""

    good: bool | None
    what: str
    says: str


def report(
    settings: Settings,
    service: ReaderService | None,
    client: CounterClient | None = None,
    *,
    now: Callable[[], float] | None = None,
) -> list[Line]:
    """Look at everything once; takes some seconds when the server does not answer."""
    now = now or (lambda: settings.now().timestamp())
    lines = [
        Line(None, "program", f"{_version('nhi-counter')}, Python {platform.python_version()}"),
        Line(None, "machine", f"{platform.system()} {platform.release()} {platform.machine()}"),
        Line(
            None, "mode", f"{'production' if settings.production else 'sandbox'}, {settings.readers} readers"
        ),
    ]
    return lines + _readers(settings, service) + _counter(settings, client, now)


def text(lines: list[Line]) -> str:
    """Return the findings as lines to paste."""
    marks = {True: "ok ", False: "BAD", None: "   "}
    return "\n".join(f"{marks[line.good]} {line.what:10} {line.says}" for line in lines)


def _readers(settings: Settings, service: ReaderService | None) -> list[Line]:
    if service is None:
        return [Line(False, "pyscard", "is not installed: real readers cannot be used")]
    lines = [Line(None, "pyscard", _version("pyscard"))]
    try:
        states = service.wait(0.1)
    except ServiceGone as gone:
        return [*lines, Line(False, "service", f"the smart card service does not answer ({gone.detail})")]
    lines.append(Line(True, "service", "the smart card service answers"))
    watched = {name: state for name, state in states.items() if settings.only_reader in name}
    if not watched:
        wanted = f" whose name holds {settings.only_reader!r}" if settings.only_reader else ""
        lines.append(Line(False, "reader", f"none{wanted}; the service knows {len(states)}"))
    for name, state in watched.items():
        says = "a card is in" if state.present else "empty"
        if state.present:
            says += f"; ATR {state.atr.hex().upper()} {_atr_name(state.atr)}; {_try(service, name)}"
        lines.append(Line(True, "reader", f"{name}: {says}"))
    service.close()
    return lines


def _try(service: ReaderService, reader: str) -> str:
    """Read the card and tell only whether it went well."""
    from card_kiosk.cards import nhi  # noqa: PLC0415 - only where a card is in

    try:
        with service.connect(reader) as connection:
            nhi.read(connection)
    except CardProblem as problem:
        return str(problem)
    except ServiceGone as gone:
        return f"service_down: {gone.detail}"
    return "read well"


def _counter(settings: Settings, client: CounterClient | None, now: Callable[[], float]) -> list[Line]:
    if settings.key is None:
        return [Line(False, "key", "this kiosk is not enrolled (nhi-counter kiosk enrol)")]
    try:
        client = client or CounterClient(settings.key, settings.server, now=settings.now)
    except KeyUnusable as fault:
        return [Line(False, "key", str(fault))]
    lines = [Line(True, "key", f"kiosk {settings.key.kiosk_id}")]
    try:
        off = round(client.time().now - now())
    except (Unreachable, Refused) as fault:
        return [*lines, Line(False, "server", f"{settings.server} does not answer: {fault}")]
    lines.append(Line(True, "server", f"{settings.server} answers"))
    lines.append(Line(abs(off) < _CLOCK_LIMIT, "clock", f"{-off:+d} s against the server"))
    try:
        hello = client.hello()
    except (Unreachable, Refused) as fault:
        return [*lines, Line(False, "enrolment", f"the server says {fault}")]
    return [*lines, Line(True, "enrolment", f"{hello.name}, {hello.office}")]


def _atr_name(atr: bytes) -> str:
    return f"({ATR_NAMES.get(atr, 'not in our list, which means nothing by itself')})"


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} (not installed)"
