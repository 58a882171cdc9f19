"""The accept path alone: signed webhooks at rising rates, no worker at work, each accepted event counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from scripts.load.figures import Spread, table
from scripts.load.orders import Order, Sent
from scripts.load.product import Product
from scripts.load.watch import Use
from scripts.stack.processes import ROOT

RATES = (50.0, 100.0, 200.0, 400.0, 600.0, 800.0)
AIM_RATE, AIM_P99 = 400.0, 50.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """One rate. `stored` is what stands in the mailboxes afterwards; `None` where nobody has any."""

    rate: float
    sent: Sent
    stored: int | None
    use: dict[str, Use]

    @property
    def errors(self) -> int:
        """How many were not answered with 200."""
        return sum(times for status, times in self.sent.statuses.items() if status != "200")

    @property
    def acknowledged(self) -> float:
        """Calls a second that were answered with 200."""
        return len(self.sent.ms) / self.sent.wall

    def row(self) -> list[object]:
        """Return a line of the table."""
        spread = Spread.of(self.sent.ms) if self.sent.ms else None
        times = [spread.p50, spread.p95, spread.p99, spread.worst] if spread else ["–"] * 4
        lost = "–" if self.stored is None else len(self.sent.ms) - self.stored
        cores = [self.use[part].cores if part in self.use else 0.0 for part in ("web", "redis")]
        return [
            self.rate,
            self.acknowledged,
            *times,
            self.errors,
            lost,
            *cores,
            self.sent.cpu / self.sent.wall,
        ]


HEAD = (
    "asked, calls/s", "acknowledged/s", "p50 ms", "p95", "p99", "worst", "errors", "lost",
    "cores: web", "redis", "generator",
)  # fmt: skip


def generate(order: Order) -> Sent:
    """Let a process of its own send it."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.load.generator"],
        input=json.dumps(asdict(order)), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the generator failed: {done.stderr[-1500:]}")
    return Sent(**json.loads(done.stdout))


def accept(product: Product, rates: Sequence[float] = RATES, seconds: float = 8.0) -> list[Accepted]:
    """Send at each rate, after a second that does not count."""
    stack = product.stack
    stack.supervise("stop", "worker")
    stack.supervise("stop", "beat")
    order = Order(stack.ports["web"], "/line/webhook", stack.secrets()["line_secret"], 100.0, 1.0, seed=99)
    generate(order)
    found = []
    for number, rate in enumerate(rates):
        product.forget_mail()
        order.rate, order.seconds, order.seed = rate, seconds, number
        product.watch.begin()
        sent = generate(order)
        use = product.watch.end()
        found.append(Accepted(rate, sent, product.waiting()[1], use))
    product.forget_mail()
    stack.supervise("start", "worker")
    stack.supervise("start", "beat")
    return found


def show(found: Sequence[Accepted]) -> str:
    """Return the table."""
    return table(HEAD, [one.row() for one in found])
