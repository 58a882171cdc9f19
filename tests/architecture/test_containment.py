"""The dialogue engine has known holes in its old libraries. What it is given, and what it is not.

Networks and pods of the deployments: tests/architecture/test_deployment.py. Its user in Redis:
tests/integration/redis/test_rasa_rights.py. See docs/security/rasa-environment.md.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from scripts.stack.leftovers import MARK
from scripts.stack.processes import DEFAULT_PORTS, Plan
from tests.architecture.test_deployment import compose, pods, units

ROOT = Path(__file__).resolve().parents[2]
PLAIN = {
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "NHI_TODAY",
}
ITS_OWN = {
    "PYTHONPATH",
    "RASA_TELEMETRY_ENABLED",
    "RASA_TOKEN",
    "ACTIONS_TOKEN",
    "ACTIONS_URL",
    "RASA_REDIS_URL",
}


def test_in_the_sandbox_its_environment_holds_its_own_and_nothing_else() -> None:
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(folder=Path(folder), ports=dict(DEFAULT_PORTS))
        _words, given = plan.commands()["rasa"]
        assert set(given) <= PLAIN | ITS_OWN | {MARK}
        others = {name: value for name, value in plan.secrets().items() if name not in _RASAS}
        said = "\n".join(given.values())
        assert not [name for name, value in others.items() if value in said]
        assert "sqlite" not in said
        assert "postgres" not in said


_RASAS = ("rasa_token", "actions_token", "redis_rasa")


def test_in_production_it_is_handed_three_secrets() -> None:
    service = compose()["services"]["rasa"]
    assert service["env_file"] == ["secrets/rasa.env"]
    assert set(service["environment"]) == {"NHI_ENV", "ACTIONS_URL"}
    assert "secrets" not in service
    assert "volumes" not in service
    [container] = dict(pods())["rasa"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "nhi-rasa"}}]
    assert {one["name"] for one in container["env"]} == {"NHI_ENV", "ACTIONS_URL"}
    assert [one["name"] for one in container["volumeMounts"]] == ["tmp"]
    assert re.findall(r"^EnvironmentFile=(.+)$", units()["rasa"], re.MULTILINE) == [
        "/etc/nhi-counter/rasa.env"
    ]


def test_its_code_imports_nothing_that_knows_a_person() -> None:
    ours = re.compile(r"^\s*(?:from|import) (nhi_core|bot|actions|line_sandbox|card_kiosk)\b", re.MULTILINE)
    found = [path.name for path in (ROOT / "nlu").rglob("*.py") if ours.search(path.read_text("utf-8"))]
    assert found == []


def test_it_asks_the_network_for_nothing_but_its_actions_and_its_trackers() -> None:
    asking = re.compile(r"\b(requests|urllib|httpx|aiohttp|socket|smtplib)\b")
    allowed = {"serve.py"}  # says only that it must not print; no call
    running = [
        path
        for path in (ROOT / "nlu").rglob("*.py")
        if not {"tests", "bench", "data"} & set(path.relative_to(ROOT / "nlu").parts)
    ]
    found = {
        path.name
        for path in running
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"\s*(from|import) ", line) and asking.search(line)
    }
    assert found <= allowed
