"""Runs an `nhi-counter` verb against the stack of `make run`."""

from __future__ import annotations

import sys

from scripts.stack.processes import StackError, chosen_ports
from scripts.stack.whole import Stack, default_folder


def main() -> int:
    """Pass the words on; print what came back."""
    words = sys.argv[1:] or ["--help"]
    try:
        print(Stack(folder=default_folder(), ports=chosen_ports()).cli(*words), end="")
    except StackError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
