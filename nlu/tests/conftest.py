"""What the tests share: a tiny model trained once, from the real domain and rules and a few made-up lines."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.update(
    RASA_TELEMETRY_ENABLED="false", TQDM_DISABLE="1", OMP_NUM_THREADS="1", RASA_MAX_CACHE_SIZE="0"
)

from nlu import lean  # noqa: E402 - after the path is set

lean.install()

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model with the real domain, rules and pipeline, and the lines of fixtures/."""
    folder = tmp_path_factory.mktemp("model")
    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
    from rasa.model_training import train

    nlu = ROOT / "nlu"
    result = train(
        domain=str(nlu / "domain"),
        config=str(nlu / "config.yml"),
        training_files=[str(nlu / "data" / "rules"), str(FIXTURES / "data")],
        output=str(folder),
        fixed_model_name="tiny.tar.gz",
        force_training=True,
    )
    assert result.model is not None
    return Path(result.model)


class FakeActions:
    """Stands in for the action server: answers every action with a template named for it, and remembers the calls."""

    url = "http://actions.invalid/webhook"

    def __init__(self) -> None:
        self.calls: List[Dict[str, Any]] = []
        self.broken = False
        self.kwargs: Dict[str, Any] = {}

    async def request(self, method: str = "post", **request: Any) -> Dict[str, Any]:
        if self.broken:
            raise TimeoutError
        body = request["json"]
        self.calls.append(body)
        reply = {
            "v": 1,
            "template": body["next_action"].replace("action_", ""),
            "ticket": "ticket-1",
            "args": {},
        }
        return {"events": [], "responses": [{"custom": reply}]}


@pytest.fixture(scope="session")
def _loaded(model: Path) -> Any:
    from rasa.core.agent import Agent

    from nlu.components.stores import ShortInMemoryTrackerStore

    fake = FakeActions()
    made = Agent.load(str(model), action_endpoint=fake)
    made.tracker_store = ShortInMemoryTrackerStore(made.domain)
    made.processor.tracker_store = made.tracker_store
    return made, fake


@pytest.fixture
def actions(_loaded: Any) -> FakeActions:
    """Return the fake action server, as new."""
    fake: FakeActions = _loaded[1]
    fake.calls.clear()
    fake.broken = False
    return fake


@pytest.fixture
def agent(_loaded: Any, actions: FakeActions) -> Any:
    """Return an agent in this process with the fake action server and no conversations."""
    made = _loaded[0]
    made.tracker_store.store.clear()
    return made


@pytest.fixture
def run() -> Iterator[Callable[[Any], Any]]:
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a real, empty Redis. Without one: skipped, in CI a failure."""
    server = shutil.which("redis-server")
    if server is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no redis-server on this machine")
        pytest.skip("no redis-server on this machine")
    socket = tmp_path / "r.sock"
    process = subprocess.Popen([server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)  # fmt: skip
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    yield f"unix://{socket}?db=2"
    process.terminate()
    process.wait(10)
