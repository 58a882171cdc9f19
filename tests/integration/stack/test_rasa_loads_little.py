"""What the dialogue engine's process loads: what the advisories say is `not-loaded` is not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scripts.stack.processes import NLU_PYTHON

ROOT = Path(__file__).resolve().parents[3]
MODULES = {"tensorflow-cpu": "tensorflow", "keras": "keras"}
_LOAD = """
import sys, warnings
warnings.simplefilter("ignore")
from nlu import lean
lean.install()
import rasa.core.run, rasa.server, nlu.components.stores
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_what_is_said_not_to_be_loaded_is_not(tmp_path: Path) -> None:
    if not NLU_PYTHON.exists():
        pytest.skip("the dialogue engine's environment is not set up")
    snapshot = json.loads((ROOT / "docs/security/advisories.json").read_text(encoding="utf-8"))
    packages = {one["package"] for one in snapshot["advisories"] if one.get("contained_by") == "not-loaded"}
    assert packages == set(MODULES)
    done = subprocess.run(
        [str(NLU_PYTHON), "-c", _LOAD],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = set(done.stdout.split())
    assert "rasa" in loaded
    assert not loaded & set(MODULES.values())
