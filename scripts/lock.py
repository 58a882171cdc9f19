"""Resolves requirements/*.in into hash-pinned lists without any index address in them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.setup import ROOT, tools

LOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tools", ("--universal", "--python-version", "3.8")),
    ("app", ("--universal", "--python-version", "3.11")),
    ("dev", ("--universal", "--python-version", "3.11", "-c", "requirements/app.txt")),
    ("kiosk", ("--universal", "--python-version", "3.11", "-c", "requirements/app.txt")),
    ("nlu", ("--python-version", "3.10", "--override", "requirements/nlu.overrides.txt")),
    ("stock", ("--python-version", "3.10", "--override", "requirements/nlu.overrides.txt")),
    ("redis", ("--no-deps", "--python-version", "3.11")),
)


def main() -> None:
    """Write each lock; earlier pins are kept where they still fit."""
    uv = tools()
    env = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    for name, options in LOCKS:
        words = [uv, "pip", "compile", "-q", "--generate-hashes", *options, f"requirements/{name}.in"]
        subprocess.run([*words, "-o", f"requirements/{name}.txt"], cwd=ROOT, env=env, check=True)
        print(f"requirements/{name}.txt")


if __name__ == "__main__":
    main()
