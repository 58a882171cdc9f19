"""`python -m scripts.load [--short] [--only accept,turns,…] [--persons 1000000] [--print]`.

Starts a product of its own on free ports of 127.0.0.1, measures, writes docs/performance.md and
artefacts/load.json. A part that fails is named on the page and the others go on. About ten minutes; `--short`
about three.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any

from nhi_core.bootstrap import Core
from scripts.load import accepting, beside, errands, figures, people, report, turning
from scripts.load.product import Product, product
from scripts.stack.processes import ROOT

PARTS = ("accept", "turns", "sdk", "processes", "stock", "notices", "kiosk", "console", "size")
_TIED, _TIED_SHORT = 10_000, 1_000


class Run:
    """One run: what it measures with, what it found, and how long it may take for each thing."""

    def __init__(self, at: Product, core: Core, found: report.Found, *, short: bool, most: int) -> None:
        self._at, self._core, self._found = at, core, found
        self._short, self._most = short, most
        self._seconds = 4.0 if short else 6.0
        began = time.monotonic()
        people.bring(core, *((3_000, 6_000) if short else (10_000, 30_000)))
        self._users = people.tie(core, at.line, _TIED_SHORT if short else _TIED)
        print(f"• {len(self._users):,} bound persons in {time.monotonic() - began:.0f} s", flush=True)
        self.ready()
        turning.turns(at, self._users, 5.0, 4.0)  # warm

    def ready(self) -> None:
        """Wait for the workers, whatever the part before did to them."""
        turning.awake(self._at, self._users[-1])

    def accept(self) -> None:
        """Signed webhooks at rising rates."""
        self._found.accepted = accepting.accept(self._at, seconds=self._seconds)
        print(accepting.show(self._found.accepted), flush=True)

    def turns(self) -> None:
        """Whole turns at rising rates, and a backlog."""
        for rate in turning.RATES:
            self._found.turned.append(turning.turns(self._at, self._users, rate, 2 * self._seconds))
        self._found.drained = turning.backlog(self._at, self._users[:80], 3)
        rows = [*self._found.turned, self._found.drained]
        print(figures.table(turning.HEAD, [one.row() for one in rows]), flush=True)

    def _beside(self, engine: beside.Engine) -> None:
        self._found.beside.append(beside.sdk_way(self._at, engine, self._users, self._seconds / 2))
        print(beside.show(self._found.beside[-1:]), flush=True)

    def sdk(self) -> None:
        """The SDK's own way with our engine."""
        self._beside(beside.ours(self._at))

    def stock(self) -> None:
        """The SDK's own way with stock Rasa."""
        with beside.stock_rasa() as engine:
            if engine is None:
                self._found.left_out.append("stock Rasa (no environment or model: `make bench PARTS=stock`)")
                return
            self._beside(engine)

    def processes(self) -> None:
        """1, 2 and 4 web and worker processes."""
        for number in (1, 2, 4):
            self._at.stack.resize(web=number, workers=number)
            turning.awake(self._at, self._users[-1])
            turning.turns(self._at, self._users, 4.0, 3.0)  # warm
            turned = turning.turns(self._at, self._users, turning.AIM_RATE, self._seconds)
            drained = turning.backlog(self._at, self._users[:40], 2)
            accepted = accepting.accept(self._at, (400.0, 800.0), self._seconds / 2)
            self._found.sized[number] = accepted, turned, drained
        self._at.stack.resize(web=2, workers=2)

    def notices(self) -> None:
        """A notice to everybody bound."""
        self._found.noticed = errands.notice(self._at, self._core, self._users)

    def kiosk(self) -> None:
        """Bindings."""
        self._found.bound = errands.bindings(self._at)

    def console(self) -> None:
        """Clerks."""
        self._found.clerks = 10
        self._found.console = errands.console(self._at, self._core, 10, 2 * self._seconds)

    def size(self) -> None:
        """The same turns with more persons in the database."""
        sizes = [10_000, 100_000, 1_000_000]
        for persons in [one for one in sizes if one <= self._most]:
            people.bring(self._core, persons, persons)
            turned = turning.turns(self._at, self._users, turning.AIM_RATE, self._seconds)
            self._found.grown[f"{persons:,}"] = people.rows(self._core), turned


def run(parts: list[str], *, short: bool, most: int) -> report.Found:
    """Measure the parts, in the order of what matters most."""
    began, load = time.monotonic(), os.getloadavg()[0]
    with product() as at, people.core_of(at.stack) as core:
        found = report.Found(at.database, dt.datetime.now(dt.UTC), load, short)
        print(f"• ready in {time.monotonic() - began:.0f} s, {at.database}", flush=True)
        one = Run(at, core, found, short=short, most=most)
        steps: dict[str, Callable[[], None]] = {name: getattr(one, name) for name in PARTS}
        for name in PARTS:
            if name not in parts:
                found.left_out.append(name)
                continue
            since = time.monotonic()
            try:
                one.ready()
                steps[name]()
            except Exception as error:  # noqa: BLE001 - named on the page; the other parts go on
                traceback.print_exc()
                found.left_out.append(f"{name} ({type(error).__name__})")
            print(f"• {name}: {time.monotonic() - since:.0f} s", flush=True)
        if "size" in parts and most < 1_000_000:
            found.left_out.append("1,000,000 persons (`python -m scripts.load --persons 1000000`)")
        found.seconds = time.monotonic() - began
    return found


def plain(value: Any) -> Any:
    """Return what JSON can hold, without the thousands of single times."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items() if key != "ms"}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def main() -> int:
    """Measure; write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, by commas")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--persons", type=int, default=100_000, help="the most persons in the database")
    parser.add_argument("--print", action="store_true", help="leave docs/performance.md alone")
    options = parser.parse_args()
    parts = options.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    found = run(parts, short=options.short, most=options.persons)
    print(report.text(found), flush=True)
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    (folder / "load.json").write_text(json.dumps(plain(found), indent=2, ensure_ascii=False))
    if not options.print:
        report.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
