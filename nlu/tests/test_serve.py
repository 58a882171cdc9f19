"""The server starts without TensorFlow, and refuses the sandbox's secrets in production."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nlu import serve

ROOT = Path(__file__).resolve().parents[2]


def test_rasa_loads_without_tensorflow(model: Path) -> None:
    code = (
        "import sys; from nlu import lean; lean.install(); from rasa.core import run; from rasa.core.agent import Agent;"
        f"Agent.load({str(model)!r}); print('tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split()[-1] == "False"


@pytest.mark.parametrize("secret", ["", serve.SANDBOX["RASA_TOKEN"]])
def test_production_wants_secrets_of_its_own(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("NHI_ENV", "production")
    for name in ("ACTIONS_TOKEN", "ACTIONS_URL"):
        monkeypatch.setenv(name, "https://actions.example/one-of-our-own")
    monkeypatch.setenv("RASA_TOKEN", secret)
    with pytest.raises(SystemExit, match="RASA_TOKEN"):
        serve.prepare_environment()


def test_the_sandbox_needs_nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NHI_ENV", raising=False)
    for name in serve.SANDBOX:
        monkeypatch.delenv(name, raising=False)
    serve.prepare_environment()
    import os

    assert os.environ["RASA_TOKEN"] == serve.SANDBOX["RASA_TOKEN"]
