"""`make bench`: measures with the whole product up, on this machine, and prints what it saw.

    python -m scripts.bench [--turns N] [--no-nlu] [--parts crossval,latency,…]

Then the understanding, by the parts of `make nlu-report`: all of them take an hour, `--parts` picks. Absolute
times depend on the machine; the page docs/performance.md says on which one its figures were made.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from card_kiosk.testing import KioskDriver
from line_sandbox.testing import Sandbox
from scripts.stack.leftovers import members
from scripts.stack.processes import ROOT
from scripts.stack.whole import Stack, running

TODAY = "2026-11-22"
CARDS = ("paid_up", "not_due", "in_grace", "two_month_billing", "two_month_not_due")
TARGETS = {
    "webhook median": 20.0,
    "turn median": 150.0,
    "turn p95": 400.0,
    "insert to fields": 700.0,
    "whole binding": 3000.0,
}


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def row(name: str, values: Sequence[float]) -> str:
    """Format milliseconds."""
    figures = (statistics.median(values), quantile(values, 0.95), quantile(values, 0.99), max(values))
    return f"  {name:34}" + "".join(f"{value:9.1f}" for value in figures) + f"{len(values):7d}"


def bound_person(stack: Stack, line: Sandbox, who: str, story: str) -> str:
    """Bind one of the cast as a citizen would; return the user id."""
    person = line.person(who)
    code = next(word for word in stack.cli("bind-code", story).split() if len(word) == 9 and word[4] == "-")
    line.text(person, f"綁定 {code}")
    proposal = json.dumps(line.wait_for_reply(person, timeout=10))
    data = next(part for part in proposal.split('"') if "i=confirm_binding" in part)
    line.postback(person, data)
    line.wait_for_reply(person, timeout=10)
    return person


def at_the_kiosk(stack: Stack, line: Sandbox, who: str, story: str) -> tuple[float, float]:
    """Bind one of the cast at the kiosk; return ms from the card to its fields, and for the whole."""
    rows = json.loads((stack.folder / "kiosk-people.json").read_text("utf-8"))
    household = next(row["household_number"] for row in rows if row["story"] == story)
    person, kiosk = line.person(who), KioskDriver(stack.kiosk_address())
    kiosk.wait_for("idle", timeout=30)
    began = time.monotonic()
    kiosk.insert(story)
    kiosk.wait_for("card")
    fields = time.monotonic() - began
    kiosk.act("relation", "self")
    kiosk.act("agree")
    kiosk.wait_for("fact")
    kiosk.act("fact", household)
    kiosk.wait_for("code")
    line.text(person, kiosk.scanned())
    proposal = json.dumps(line.wait_for_reply(person, timeout=10))
    kiosk.wait_for("compare")
    line.postback(person, next(part for part in proposal.split('"') if "i=confirm_binding" in part))
    line.wait_for_reply(person, timeout=10)
    kiosk.act("same")
    kiosk.wait_for("done")
    whole = time.monotonic() - began
    kiosk.pull()
    kiosk.close()
    return fields * 1000, whole * 1000


def turns(
    line: Sandbox, person: str, say: Callable[[int], str], count: int
) -> tuple[list[float], list[float]]:
    """Say `count` lines, in turn; return (webhook answered, reply arrived), ms after the event."""
    webhook, whole = [], []
    for number in range(count):
        event = line.text(person, say(number))
        line.wait_for_reply(person, timeout=10)
        line.settle()
        entries = line.journal()[-12:]
        reply = next(
            e for e in reversed(entries)
            if e["kind"] == "api" and (e.get("request") or {}).get("replyToken") == event["replyToken"]
        )  # fmt: skip
        delivered = next(e for e in reversed(entries) if e["kind"] == "webhook")
        whole.append(reply["at"] - event["timestamp"])
        webhook.append(float(delivered["ms"]))
    return webhook, whole


def memory(stack: Stack) -> dict[str, float]:
    """Return MB of resident memory for each part (its whole process group)."""
    names = {"gunicorn": "web", "line_sandbox": "sandbox", "actions.server": "actions", "nlu.serve": "rasa",
             "celery": "worker and beat", "redis-server": "redis", "supervisord": "supervisor",
             "card_kiosk": "kiosk"}  # fmt: skip
    found: dict[str, float] = {}
    for pid in members(stack.folder):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        part = next((name for mark, name in names.items() if mark in words), "other")
        rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        found[part] = found.get(part, 0) + rss / 1024
    return found


def measure(count: int) -> dict[str, Any]:
    """Run the product and print the table; return the figures."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="nhi-bench-") as folder,
        running(Path(folder), extra_env={"NHI_TODAY": TODAY}) as stack,
    ):
        ready = time.monotonic() - began
        line = Sandbox(f"http://127.0.0.1:{stack.ports['sandbox']}")
        person = bound_person(stack, line, "chen", "one_month_late")
        turns(line, person, lambda _n: "你好", 10)  # warm
        greet_hook, greet = turns(line, person, lambda _n: "你好", count)
        owed_hook, owed = turns(line, person, lambda _n: "我還欠多少健保費", count)
        fields, binding = zip(
            *(at_the_kiosk(stack, line, f"clerk-{20 + n}", story) for n, story in enumerate(CARDS)),
            strict=True,
        )
        sizes = memory(stack)
        line.close()
    hooks = greet_hook + owed_hook
    print(f"\n{platform.machine()}, {platform.python_version()}, started and ready in {ready:.0f} s\n")
    print(f"  {'milliseconds':34}{'median':>9}{'p95':>9}{'p99':>9}{'max':>9}{'n':>7}")
    print(row("webhook answered", hooks))
    print(row("turn, a greeting", greet))
    print(row("turn, the arrears card", owed))
    print(row("kiosk, card to fields", fields))
    print(row("kiosk, a whole binding", binding))
    print("\n  memory, MB: " + ", ".join(f"{name} {size:.0f}" for name, size in sorted(sizes.items())))
    figures = {
        "webhook median": statistics.median(hooks),
        "turn median": statistics.median(owed),
        "turn p95": quantile(owed, 0.95),
        "insert to fields": statistics.median(fields),
        "whole binding": statistics.median(binding),
    }
    for name, target in TARGETS.items():
        verdict = "met" if figures[name] < target else "NOT met"
        print(f"  {name}: {figures[name]:.0f} ms, aim < {target:.0f} ms: {verdict}")
    return {"ready_s": ready, **figures, "memory_mb": sizes}


def main() -> int:
    """Print everything; keep the figures in artefacts/bench.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=150)
    parser.add_argument("--no-nlu", action="store_true")
    parser.add_argument("--parts", default="", help="of the understanding; default all")
    options = parser.parse_args()
    figures = measure(options.turns)
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(figures, indent=2))
    if options.no_nlu:
        return 0
    words = [sys.executable, "-m", "scripts.nlu_report", "--print", "--parts", options.parts]
    return subprocess.run(words, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
