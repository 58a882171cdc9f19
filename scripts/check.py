"""Runs the project's checks: `quick` (no server), `lint`, or `all` (what CI runs).

Every step runs even when an earlier one failed, so that one run tells everything; then the exit code is 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NLU_PYTHON = ROOT / ".venvs" / "nlu" / "bin" / "python"
APP_312 = ROOT / ".venvs" / "app312" / "bin" / "python"

NO_SERVER = ["tests/unit", "tests/service", "tests/architecture"]


def pytest(*words: str, python: Path | None = None) -> list[str]:
    """Return the words that run pytest with the project's settings."""
    return [str(python or BIN / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]


LINT: list[tuple[str, list[str]]] = [
    ("style", [str(BIN / "ruff"), "check", "--no-cache", "."]),
    ("form", [str(BIN / "ruff"), "format", "--no-cache", "--check", "-q", "."]),
    ("types", [str(BIN / "mypy")]),
    ("arrows", [str(BIN / "lint-imports"), "--no-cache"]),
    ("training lines", [str(NLU_PYTHON), "-m", "nlu.lint"]),
]
QUICK = [("tests without servers", pytest("-n", "2", *NO_SERVER))]
ALL = [
    *QUICK,
    ("tests with databases and Redis", pytest("-n", "2", "tests/integration", "tests/contract")),
    ("the card kiosk, over pcscd and without", pytest("tests/kiosk")),
    ("the dialogue engine's own tests", pytest("-c", "nlu/tests/pytest.ini", "nlu/tests", python=NLU_PYTHON)),
    ("the whole product", pytest("tests/scenario", "tests/browser", "--timeout=300")),
]


def on_python_312() -> list[tuple[str, list[str]]]:
    """The app must pass on 3.12 too: where that Python is, set it up and run what needs no server."""
    from scripts import setup  # noqa: PLC0415 - only this step needs the installer

    try:
        python = setup.find_python([(3, 12)], "The second run")
    except SystemExit:
        print("! Python 3.12 was not found: the tests ran on one Python version only", flush=True)
        return []
    setup.environment(setup.tools(), "app312", python, setup.REQUIREMENTS / "dev.txt")
    return [("the same on Python 3.12", pytest("-n", "2", *NO_SERVER, python=APP_312))]


def run(steps: list[tuple[str, list[str]]]) -> list[str]:
    """Run the steps; return the names of those that failed."""
    failed = []
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}
    for name, words in steps:
        began = time.monotonic()
        print(f"\n── {name}", flush=True)
        done = subprocess.run(words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False)
        print(
            f"   {'✓' if done.returncode == 0 else '✗'} {name}, {time.monotonic() - began:.0f} s", flush=True
        )
        if done.returncode:
            failed.append(name)
    return failed


def main() -> int:
    """Run what was asked for."""
    what = sys.argv[1] if len(sys.argv) > 1 else "quick"
    plans: dict[str, Callable[[], list[tuple[str, list[str]]]]] = {
        "lint": lambda: LINT,
        "quick": lambda: LINT + QUICK,
        "all": lambda: LINT + ALL + on_python_312(),
    }
    failed = run(plans[what]())
    print("\n✓ all checks passed" if not failed else "\n✗ failed: " + ", ".join(failed), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
