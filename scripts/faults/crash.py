"""Inside the product's processes, in a fault run alone: dies by SIGKILL at a named step when told to.

`NHI_FAULTS_DIR` names the folder of orders. An order is a file `<role>|<step>|<before or after>` whose text
says how many passes to let go by and whom to kill (nobody named: the process that comes by). The process that
takes an order removes it first, so one order kills once. The folder may also hold `clock`: seconds by which
our clock is ahead of the machine's.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

VARIABLE = "NHI_FAULTS_DIR"
# module → functions and methods at which one can die
STEPS: dict[str, tuple[str, ...]] = {
    "bot.mailbox": ("Mailbox.append", "Mailbox.peek", "Mailbox.done"),
    "bot.rasa": ("RasaClient._post",),
    "bot.errands": ("Errands.note", "Errands.run"),
    "bot.journal": ("Journal.claim_reply", "Journal.settle", "Journal.close"),
    "bot.line": ("LineClient.reply", "LineClient.push", "LineClient.multicast"),
    "nhi_core.services.turns": ("TurnService.resolve",),
    "nhi_core.services.tickets": ("TicketService.seal",),
    "nhi_core.services.payments": (
        "PaymentService.order",
        "PaymentService._begin",
        "PaymentService.start",
        "PaymentService.called_back",
        "PaymentService.came_back",
    ),
    "nhi_core.services.payment_settling": ("Settler.check", "Settler._book"),
    "nhi_core.adapters.payments.sandbox": ("SandboxGateway.open", "SandboxGateway.inquire"),
    "nhi_core.services.bindings": ("BindingService.propose", "BindingService.confirm"),
    "nhi_core.services.card_sessions": (
        "CardSessionService.open",
        "CardSessionService.prove",
        "CardSessionService.confirm",
    ),
    "nhi_core.services.notice_sending": (
        "NoticeSending.begin",
        "NoticeSending.claim",
        "NoticeSending.sent",
        "NoticeSending.finish",
    ),
    "nhi_core.services.sends": ("SendService.claim_push",),
    "nhi_core.adapters.db.bulk_imports": ("SqlImports.begin", "SqlImports.stage", "SqlImports.finish"),
}
# What would make a run long or a case impossible; the page on reliability names these.
_SHORTER: dict[str, dict[str, Any]] = {
    "nhi_core.domain.notices": {"AT_ONCE": 20},
    "nhi_core.services.notice_sending": {"PATIENCE": timedelta(seconds=10)},
}
_ROLES = {
    "gunicorn": "web",
    "actions.server": "actions",
    "beat": "beat",
    "worker": "worker",
    "nhi-counter": "cli",
}


def role() -> str:
    """Return what this process is in the product."""
    words = " ".join(sys.orig_argv)
    return next((name for mark, name in _ROLES.items() if mark in words), "other")


def pass_by(folder: Path, step: str, moment: str) -> None:
    """Carry out the order for this step, if there is one."""
    order = folder / f"{role()}|{step}|{moment}"
    try:
        skip, _, victim = order.read_text().partition(" ")
        if int(skip) > 0:
            order.write_text(f"{int(skip) - 1} {victim}")
            return
        order.rename(folder / "taken")
    except (OSError, ValueError):
        return
    (folder / "done").write_text(str(time.time()))
    for pid in victim.split(",") if victim else [str(os.getpid())]:
        os.kill(int(pid), signal.SIGKILL)


def watched(function: Callable[..., Any], folder: Path, step: str) -> Callable[..., Any]:
    """Wrap a function so that its process can die before and after it."""

    @functools.wraps(function)
    def wrapper(*args: Any, **options: Any) -> Any:
        pass_by(folder, step, "before")
        result = function(*args, **options)
        pass_by(folder, step, "after")
        return result

    return wrapper


class _Finder(importlib.abc.MetaPathFinder):
    """Prepares the modules of STEPS as they are imported."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = {*STEPS, *_SHORTER, "nhi_core.adapters.clock"}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the usual spec with a loader that prepares the module after running it."""
        del target
        if name not in self._names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def prepare(module: ModuleType) -> None:
            run(module)
            self._prepare(module)

        spec.loader.exec_module = prepare  # type: ignore[method-assign]
        return spec

    def _prepare(self, module: ModuleType) -> None:
        for step in STEPS.get(module.__name__, ()):
            owner_name, _, name = step.rpartition(".")
            owner = getattr(module, owner_name)
            setattr(owner, name, watched(getattr(owner, name), self._folder, step))
        for name, value in _SHORTER.get(module.__name__, {}).items():
            setattr(module, name, value)
        if module.__name__ == "nhi_core.adapters.clock":
            _shift(module, self._folder)


def _shift(module: ModuleType, folder: Path) -> None:
    """Let our clock be ahead of the machine's by what the folder says."""
    plain = module.SystemClock.now

    def now(self: Any) -> Any:
        try:
            ahead = float((folder / "clock").read_text())
        except (OSError, ValueError):
            ahead = 0.0
        return plain(self) + timedelta(seconds=ahead)

    module.SystemClock.now = now


def install() -> None:
    """Do all this in the processes of a fault run; nothing anywhere else."""
    folder = os.environ.get(VARIABLE)
    if folder:
        sys.meta_path.insert(0, _Finder(Path(folder)))


def environment(folder: Path, root: Path) -> dict[str, str]:
    """Return what a product needs in its environment to take orders from `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return {VARIABLE: str(folder), "PYTHONPATH": f"{root / 'scripts' / 'faults' / 'hook'}:{root}"}


class Orders:
    """The other side: gives orders to the processes of one product."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def given(
        self, who: str, step: str, moment: str, *, skip: int = 0, victims: Sequence[int] = ()
    ) -> Iterator[Callable[[float], float | None]]:
        """Order a death; the block gets a function that waits for it and returns when it was, or None."""
        for name in ("taken", "done"):
            (self._folder / name).unlink(missing_ok=True)
        order = self._folder / f"{who}|{step}|{moment}"
        order.write_text(f"{skip} {','.join(map(str, victims))}".rstrip() if victims else f"{skip}")
        try:
            yield self._died
        finally:
            order.unlink(missing_ok=True)

    def _died(self, seconds: float) -> float | None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                return float((self._folder / "done").read_text())
            except (OSError, ValueError):
                time.sleep(0.05)
        return None

    def clock(self, ahead: float) -> None:
        """Put our clock ahead of the machine's by so many seconds (0: as it is)."""
        fresh = self._folder / "clock.new"
        fresh.write_text(str(ahead))
        fresh.rename(self._folder / "clock")
