"""`make run`, `make stop`, `make status`.

    python -m scripts.stack run | stop | status

Everything listens on 127.0.0.1. State lives in one folder (var/dev unless NHI_STACK_DIR says otherwise).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from scripts.stack.leftovers import end_all, members
from scripts.stack.processes import StackError, chosen_ports
from scripts.stack.whole import Stack, default_folder

ADDRESSES = """
健保櫃檯 is ready.

  Chat as a citizen      http://127.0.0.1:{sandbox}/
  Card kiosk with cards  {kiosk_address}
  Staff console          http://127.0.0.1:{web}/console/  (reviewer, admin, … / sandbox-console-2026;
                         the next page shows the code; or `nhi-counter staff code reviewer`)
  Is everything well?    http://127.0.0.1:{web}/health/ready
  Logs                   {log}

  To bind a made-up person: open the kiosk's card drawer, insert a card, answer, and type the
  code that it shows into the chat. Or, in another terminal, `make code PERSON=one_month_late`.
  `make people` lists all of them.

  Ctrl-C (or `make stop`) ends everything.
"""


def run() -> int:
    """`make run`: start, print the addresses, stay until Ctrl-C or SIGTERM, leave nothing behind."""
    stack = Stack(folder=default_folder(), ports=chosen_ports())

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        print("• starting: " + ", ".join(stack.commands()), flush=True)
        began = time.monotonic()
        stack.start(tell=True)
        print(f"  ready in {time.monotonic() - began:.0f} s", flush=True)
        print(
            ADDRESSES.format(log=stack.folder / "log", kiosk_address=stack.kiosk_address(), **stack.ports),
            flush=True,
        )
        (stack.folder / "launcher.pid").write_text(str(os.getpid()))
        while stack.alive():
            time.sleep(0.5)
        print("The supervisor ended.", flush=True)
    except StackError as problem:
        print(f"\n✗ {problem}\n", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\n• stopping", flush=True)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave orphans
        stack.stop()
        (stack.folder / "launcher.pid").unlink(missing_ok=True)
    return 0


def main() -> int:
    """Run the verb named on the command line."""
    verb = sys.argv[1] if len(sys.argv) > 1 else "run"
    folder = default_folder()
    if verb == "run":
        return run()
    if verb == "stop":
        launcher = folder / "launcher.pid"
        if launcher.exists():
            pid = int(launcher.read_text())
            if (
                Path(f"/proc/{pid}/cmdline").exists()
                and b"scripts.stack" in Path(f"/proc/{pid}/cmdline").read_bytes()
            ):
                os.kill(pid, signal.SIGTERM)
                for _ in range(250):
                    if not Path(f"/proc/{pid}").exists():
                        break
                    time.sleep(0.1)
        left = end_all(folder)
        print("stopped" if left or not members(folder) else "nothing was running")
        return 0
    if verb == "status":
        print(json.dumps(Stack(folder=folder, ports=chosen_ports()).ready(), indent=2, ensure_ascii=False))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
