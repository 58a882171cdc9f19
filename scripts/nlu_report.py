"""`make nlu-report`: measures the understanding and writes docs/nlu.md. Takes a while: it trains many times.

MASSIVE is read from $MASSIVE_DIR, or from ../shared/massive beside the project; left out when absent.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from scripts.stack.processes import NLU_PYTHON, ROOT

ATTRIBUTION = (
    "MASSIVE: FitzGerald et al., arXiv:2204.08582, CC BY 4.0, derived from SLURP (Bastianelli et al., "
    "EMNLP 2020). Trained on its train part, scored on its dev part."
)
PARTS = (
    ("Our own lines, cross-validated", ["crossval"]),
    ("MASSIVE dev", ["massive"]),
    ("Latency", ["latency"]),
)


def massive_folder() -> Path:
    """Return where the MASSIVE files would be."""
    return Path(os.environ.get("MASSIVE_DIR", ROOT.parent / "shared" / "massive"))


def section(title: str, words: list[str]) -> str:
    """Run one benchmark; return its table under a heading."""
    print(f"• {title}", flush=True)
    env = {**os.environ, "MASSIVE_DIR": str(massive_folder()), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [str(NLU_PYTHON), "-W", "ignore", "-m", "nlu.bench", *words],
        cwd=ROOT, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return f"## {title}\n\n```\n{done.stdout.strip()}\n```\n"


def main() -> int:
    """Write the page."""
    parts = [part for part in PARTS if part[1] != ["massive"] or massive_folder().is_dir()]
    head = (
        "# Understanding: what was measured\n\n"
        f"Made by `make nlu-report` on {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{os.cpu_count()} cores. {ATTRIBUTION}\n"
    )
    page = "\n".join([head, *(section(title, words) for title, words in parts)])
    (ROOT / "docs" / "nlu.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
