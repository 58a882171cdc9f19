"""Runs the project's checks: `quick` (no server), `lint`, or `all` (what CI runs).

Every step runs even when an earlier one failed, so that one run tells everything; then the exit code is 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NLU_PYTHON = ROOT / ".venvs" / "nlu" / "bin" / "python"
APP_312 = ROOT / ".venvs" / "app312" / "bin" / "python"

NO_SERVER = ["tests/unit", "tests/service", "tests/architecture"]


def pytest(*words: str, python: Path | None = None) -> list[str]:
    """Return the words that run pytest with the project's settings."""
    return [str(python or BIN / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]


Step = tuple[str, list[str]]

LINT: list[Step] = [
    ("style", [str(BIN / "ruff"), "check", "--no-cache", "."]),
    ("form", [str(BIN / "ruff"), "format", "--no-cache", "--check", "-q", "."]),
    ("types", [str(BIN / "mypy")]),
    ("arrows", [str(BIN / "lint-imports"), "--no-cache"]),
    ("known holes", [str(BIN / "python"), "-m", "scripts.audit"]),
    ("training lines", [str(NLU_PYTHON), "-m", "nlu.lint"]),
]
QUICK = [("tests without servers", pytest("-n", "2", *NO_SERVER))]
KIOSK = ("the card kiosk, over pcscd and without", pytest("tests/kiosk"))
NLU = (
    "the dialogue engine's own tests",
    pytest("-c", "nlu/tests/pytest.ini", "nlu/tests", python=NLU_PYTHON),
)
ALL = [
    *QUICK,
    ("tests with databases and Redis", pytest("-n", "2", "tests/integration", "tests/contract")),
    # The kiosk mostly waits and the engine mostly computes: side by side they take as long as one.
    (KIOSK, NLU),
    ("the whole product", pytest("tests/scenario", "tests/browser", "--timeout=300")),
]


def on_python_312() -> list[Step]:
    """The app must pass on 3.12 too: where that Python is, set it up and run what needs no server."""
    from scripts import setup  # noqa: PLC0415 - only this step needs the installer

    try:
        python = setup.find_python([(3, 12)], "The second run")
    except SystemExit:
        print("! Python 3.12 was not found: the tests ran on one Python version only", flush=True)
        return []
    setup.environment(setup.tools(), "app312", python, setup.REQUIREMENTS / "dev.txt")
    return [("the same on Python 3.12", pytest("-n", "2", *NO_SERVER, python=APP_312))]


def run(steps: Sequence[Step | tuple[Step, ...]]) -> list[str]:
    """Run the steps, those of a group at once; return the names of those that failed."""
    failed = []
    for step in steps:
        group = [step] if isinstance(step[0], str) else list(step)
        failed += _one(*group[0]) if len(group) == 1 else _at_once(group)
    return failed


def _one(name: str, words: list[str]) -> list[str]:
    print(f"\n── {name}", flush=True)
    began = time.monotonic()
    done = subprocess.run(words, cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL, check=False)
    return _ended(name, done.returncode, began)


def _at_once(group: Sequence[Step]) -> list[str]:
    """Run steps side by side, and print what each said when it is done."""
    failed, began, running = [], time.monotonic(), []
    for name, words in group:
        said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed below
        process = subprocess.Popen(
            words, cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        running.append((name, process, said))
    for name, process, said in running:
        code = process.wait()
        said.seek(0)
        print(f"\n── {name}\n{said.read()}", end="", flush=True)
        said.close()
        failed += _ended(name, code, began)
    return failed


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}


def _ended(name: str, code: int, began: float) -> list[str]:
    print(f"   {'✗' if code else '✓'} {name}, {time.monotonic() - began:.0f} s", flush=True)
    return [name] if code else []


def main() -> int:
    """Run what was asked for."""
    what = sys.argv[1] if len(sys.argv) > 1 else "quick"
    plans: dict[str, Callable[[], Sequence[Step | tuple[Step, ...]]]] = {
        "lint": lambda: LINT,
        "quick": lambda: LINT + QUICK,
        "all": lambda: LINT + ALL + on_python_312(),
    }
    failed = run(plans[what]())
    print("\n✓ all checks passed" if not failed else "\n✗ failed: " + ", ".join(failed), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
