"""How long a parse and a turn take in this process, and whether a long conversation stays flat."""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import time
from pathlib import Path
from typing import Any, List, Optional

from nlu.bench import held_out
from nlu.bench.stock.inside import AnswersAtOnce
from nlu.lint import LANGUAGES

LINES = (
    ("zh-TW", "我還欠多少健保費？"),
    ("zh-TW", "我失業了繳不出來可以慢慢還嗎"),
    ("en", "how much do I owe"),
    ("id", "berapa tunggakan saya"),
    ("vi", "tôi nợ bao nhiêu"),
    ("th", "ฉันค้างเท่าไหร่"),
    ("zh-TW", "下個月五號繳滯納金多少"),
)
PARSE_AIM_MS = 6.0
LONG_AIM = 1.3
_ROUNDS = 30
_TURNS = 310


def load_agent(model: Optional[Path] = None) -> Any:
    """Load a trained model, by default this project's, as the server does."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    from nlu.components import fast  # noqa: PLC0415
    from nlu.train import model_path  # noqa: PLC0415

    fast.apply()
    from rasa.core.agent import Agent  # noqa: PLC0415
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415

    configure_structlog(logging.ERROR)
    return Agent.load(str(model or model_path()), action_endpoint=AnswersAtOnce())


def _row(name: str, times: List[float], processor: List[float]) -> str:
    return (
        f"| {name} | {statistics.median(times):.1f} | {statistics.quantiles(times, n=10)[-1]:.1f} "
        f"| {statistics.median(processor):.1f} |"
    )


def report(model: Optional[Path]) -> None:
    """Print the table."""
    from rasa.core.channels.channel import UserMessage  # noqa: PLC0415

    from nlu.components.stores import ShortInMemoryTrackerStore  # noqa: PLC0415

    begun = time.perf_counter()
    agent = load_agent(model)
    loaded = time.perf_counter() - begun
    agent.processor.tracker_store = ShortInMemoryTrackerStore(agent.domain)
    loop = asyncio.new_event_loop()

    def milliseconds(job: Any) -> float:
        started = time.perf_counter()
        loop.run_until_complete(job)
        return 1000 * (time.perf_counter() - started)

    print(f"model loaded in {loaded:.1f} s\n\n| line | parse, median ms | least |\n|---|---|---|")
    for language, line in LINES:
        times = [milliseconds(agent.parse_message(line)) for _ in range(_ROUNDS)]
        print(f"| {language} {line} | {statistics.median(times):.1f} | {min(times):.1f} |")
    everything: List[float] = []
    print(
        "\nEach line of nlu/tests/held_out once; processor time is what a busy machine cannot lengthen much:\n"
    )
    print(
        "| language | parse, median ms | nine in ten under | of the processor, median ms |\n|---|---|---|---|"
    )
    processor: List[float] = []
    for language in LANGUAGES:
        times, own = [], []
        for line in held_out.read(language):
            started = time.thread_time()
            times.append(milliseconds(agent.parse_message(line.text)))
            own.append(1000 * (time.thread_time() - started))
        everything, processor = everything + times, processor + own
        print(_row(language, times, own))
    print(_row("all", everything, processor))
    metadata = {"turn": "t" * 20, "language": "zh-TW"}
    turns = [
        milliseconds(agent.handle_message(UserMessage(LINES[0][1], sender_id="bench", metadata=metadata)))
        for _ in range(_TURNS)
    ]
    early, late = statistics.median(turns[5:15]), statistics.median(turns[-15:-5])
    print(
        f"\nturn with an action: median {statistics.median(turns):.1f} ms; about turn 10 {early:.1f}, about turn 300 {late:.1f} ({late / early:.2f}×)\n"
    )
    for name, value, aim in (
        ("parse, ms", statistics.median(everything), PARSE_AIM_MS),
        ("turn 300 divided by turn 10", late / early, LONG_AIM),
    ):
        print(f"- {name}: {value:.2f}, aim ≤ {aim}: {'met' if value <= aim else 'NOT met'}")
