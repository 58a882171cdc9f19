"""`make soak`: thousands of cards in and out; nothing may be missed, kept, or left on the screen.

    python -m scripts.soak [--cycles 10000] [--real 200]

The first run uses readers in this process. The second goes through pcscd and vpcd, where a card takes about a
second (pcscd looks each 400 ms): `--real 10000` takes some hours.
"""

from __future__ import annotations

import argparse
import json
import queue
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from card_kiosk.companion import Companion
from card_kiosk.desk import Desk
from card_kiosk.watcher import Patience, Watcher
from scripts.stack.processes import ROOT
from tests.kiosk import cards
from tests.kiosk.counter import FakeCounter
from tests.kiosk.records import number
from tests.kiosk.rigs import PcscdRig, Rig, VirtualRig, why_no_pcscd

MOST_GROWTH = 0.05  # of resident memory
PATIENCE = 10.0  # seconds for one event


def resident_kb() -> int:
    """Return this process's resident memory."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


class Screen:
    """Keeps the views that the companion publishes, for one that waits."""

    def __init__(self) -> None:
        self.views: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def wait(self, screen: str) -> dict[str, Any] | None:
        """Return the next view of this screen, or None when it does not come."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                view = self.views.get(timeout=left)
            except queue.Empty:
                return None
            if view["screen"] == screen:
                return view
        return None


def soak(rig: Rig, *, cycles: int, warm: int = 500, tell: bool = False) -> dict[str, Any]:
    """Insert and pull `cycles` cards of different people; return what was seen."""
    screen = Screen()
    pool = ThreadPoolExecutor(2)
    companion = Companion(Desk(FakeCounter(), executor=pool), screen.views.put)
    patience = Patience(settle=0.0, retry=0.01) if rig.name == "in-process" else Patience()
    watcher = Watcher(rig.service(), companion.on_card, patience=patience)
    companion.watch(watcher)
    companion.start()
    watcher.start()
    missed = stale = 0
    read_ms: list[float] = []
    base = 0
    if screen.wait("idle") is None:
        missed += 1
    for cycle in range(cycles + warm):
        if cycle == warm:
            base = resident_kb()
        serial = 9_000_000 + cycle % 1000
        began = time.monotonic()
        rig.insert(cards.nhi(serial))
        view = screen.wait("card")
        read_ms.append(1000 * (time.monotonic() - began))
        if view is None:
            missed += 1
        elif view["person"]["number"][-3:] != number(serial=serial)[-3:]:
            stale += 1
        rig.pull()
        gone = screen.wait("problem")
        missed += gone is None
        stale += gone is not None and "person" in gone
        if tell and cycle % 1000 == 999:
            print(f"  {cycle + 1} cards, {resident_kb() / 1024:.1f} MB", flush=True)
    growth = resident_kb() / base - 1
    watcher.stop()
    companion.stop()
    pool.shutdown()
    ordered = sorted(read_ms[warm:])
    return {
        "path": rig.name,
        "cycles": cycles,
        "missed": missed,
        "stale": stale,
        "growth": round(growth, 4),
        "insert_to_fields_ms_median": round(ordered[len(ordered) // 2], 1),
        "insert_to_fields_ms_p95": round(ordered[int(len(ordered) * 0.95)], 1),
    }


def main() -> int:
    """Run both paths; keep the figures in artefacts/soak.json. Exit code 1: something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=10_000)
    parser.add_argument("--real", type=int, default=200)
    options = parser.parse_args()
    rigs: list[tuple[VirtualRig | PcscdRig, int]] = [(VirtualRig(), options.cycles)]
    if options.real and not (reason := why_no_pcscd()):
        rigs.append((PcscdRig(), options.real))
    elif options.real:
        print(f"! the real path was not driven: {reason}")
    results = []
    for rig, cycles in rigs:
        print(f"• {cycles} cards, {rig.name}", flush=True)
        try:
            results.append(soak(rig, cycles=cycles, warm=min(500, cycles // 4), tell=True))
        finally:
            rig.close()
        print(f"  {results[-1]}", flush=True)
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    (folder / "soak.json").write_text(json.dumps(results, indent=2))
    good = all(r["missed"] == r["stale"] == 0 and r["growth"] <= MOST_GROWTH for r in results)
    print("✓ nothing missed, nothing kept" if good else "✗ see above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
