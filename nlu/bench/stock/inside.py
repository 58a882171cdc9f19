"""`python -m nlu.bench.stock.inside`: parse and turn inside one process; prints JSON.

Runs in the environment of stock Rasa as well as in ours, so it imports nothing of ours before it knows which.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import statistics
import time
from pathlib import Path
from typing import Any, Dict, List

LINES = (
    "我還欠多少健保費？",
    "我失業了繳不出來可以慢慢還嗎",
    "可以分十二期嗎",
    "要去哪裡繳費",
    "下個月五號繳滯納金多少",
)
WITH_ACTION = LINES[0]
_ROUNDS = 30
# Conversations of ten turns, as most are: a tracker costs the more the longer it is.
_CONVERSATIONS, _TURNS = 6, 10


class AnswersAtOnce:
    """An action server that answers at once, in this process, so that only Rasa is measured."""

    url = "http://actions.invalid/webhook"

    def __init__(self) -> None:
        """Have what Rasa looks for at an endpoint."""
        self.kwargs: Dict[str, Any] = {}
        self.asked = 0

    async def request(self, method: str = "post", **request: Any) -> Dict[str, Any]:
        """Answer any action with one reply."""
        del method
        self.asked += 1
        return {"events": [], "responses": [{"custom": {"v": 1, "template": request["json"]["next_action"]}}]}


def _stock_agent(model: Path) -> Any:
    from rasa.core.agent import Agent  # noqa: PLC0415
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415

    configure_structlog(logging.ERROR)
    return Agent.load(str(model), action_endpoint=AnswersAtOnce())


def _our_agent(model: Path) -> Any:
    from nlu import lean  # noqa: PLC0415

    lean.install()
    from nlu.bench.latency import load_agent  # noqa: PLC0415
    from nlu.components.stores import ShortInMemoryTrackerStore  # noqa: PLC0415

    agent = load_agent(model)
    agent.processor.tracker_store = ShortInMemoryTrackerStore(agent.domain)
    return agent


def measure(agent: Any, lines: List[str]) -> Dict[str, Any]:
    """Return median milliseconds of a parse and of a turn with an action, and the intent of every line."""
    from rasa.core.channels.channel import UserMessage  # noqa: PLC0415

    loop = asyncio.new_event_loop()

    def milliseconds(job: Any) -> float:
        started = time.perf_counter()
        loop.run_until_complete(job)
        return 1000 * (time.perf_counter() - started)

    metadata = {"turn": "t" * 20, "language": "zh-TW"}
    for line in LINES:
        milliseconds(agent.parse_message(line))
    parses = [milliseconds(agent.parse_message(line)) for line in LINES for _ in range(_ROUNDS)]
    milliseconds(agent.handle_message(UserMessage(WITH_ACTION, sender_id="warm", metadata=metadata)))
    before = agent.action_endpoint.asked
    turns = [
        milliseconds(
            agent.handle_message(UserMessage(WITH_ACTION, sender_id=f"person {number}", metadata=metadata))
        )
        for number in range(_CONVERSATIONS)
        for _ in range(_TURNS)
    ]
    if agent.action_endpoint.asked < before + len(turns):
        raise SystemExit("not every turn called the action: these would not be turns with an action")
    answers = [_best(loop.run_until_complete(agent.parse_message(line))) for line in lines]
    return {"parse": statistics.median(parses), "turn": statistics.median(turns), "answers": answers}


def _best(parsed: Dict[str, Any]) -> str:
    """Return the likeliest intent, whether or not it was likely enough to be answered."""
    named = [entry["name"] for entry in [parsed["intent"], *parsed["intent_ranking"]]]
    return next(name for name in named if name != "nlu_fallback")


def main() -> None:
    """Measure the model that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--ours", action="store_true")
    parser.add_argument("--lines", type=Path, help="JSON list of lines whose intents are wanted")
    options = parser.parse_args()
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    if options.ours:
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # as nlu.serve does
    agent = (_our_agent if options.ours else _stock_agent)(options.model)
    lines = json.loads(options.lines.read_text(encoding="utf-8")) if options.lines else []
    print(json.dumps(measure(agent, lines), ensure_ascii=False))


if __name__ == "__main__":
    main()
