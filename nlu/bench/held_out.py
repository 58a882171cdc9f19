"""Lines that were written apart from the training lines: nobody who wrote them had read those.

`nlu/tests/held_out/<language>.tsv`: intent, tab, the line with its entities annotated as in training data.
Measured on the trained model whole, with language identification, out-of-scope check and doubt.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from nlu.components.calibration import OUT_OF_SCOPE
from nlu.lint import LANGUAGES

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "held_out"
# Their value depends on the day the line is read: the span counts.
_BY_SPAN = frozenset({"date", "roc_month"})


class Gold(NamedTuple):
    """One line, its intent, and its entities as (entity, value or words, start, end)."""

    text: str
    intent: str
    entities: Tuple[Tuple[str, str, int, int], ...]


class Score(NamedTuple):
    """Shares in per cent; `wrong` holds (line, right intent, answer)."""

    lines: int
    accuracy: float
    outside_recall: float
    false_alarms: float
    entities: float
    other_language: int
    wrong: List[Tuple[str, str, str]]


def read(language: str, folder: Path = FOLDER) -> Iterator[Gold]:
    """Yield the lines of one language."""
    from rasa.shared.nlu.training_data import entities_parser  # noqa: PLC0415 - Rasa only after lean.install

    for row in (folder / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
        intent, _, annotated = row.partition("\t")
        spans = entities_parser.find_entities_in_training_example(annotated)
        text = entities_parser.replace_entities(annotated)
        yield Gold(text, intent, tuple((e["entity"], str(e["value"]), e["start"], e["end"]) for e in spans))


def _found(gold: Tuple[str, str, int, int], parsed: Sequence[Dict[str, Any]]) -> bool:
    entity, value, start, end = gold
    for one in parsed:
        if one["entity"] != entity or one["start"] >= end or start >= one["end"]:
            continue
        by_span = entity in _BY_SPAN and not (entity == "roc_month" and "-" in value)
        if (
            by_span
            or str(one["value"]) == value
            or (entity in {"place", "reason"} and value == value.lower())
        ):
            return str(one["value"]) == value or by_span or entity == "place"
    return False


def measure(agent: Any, lines: Sequence[Gold], language: str) -> Score:
    """Parse every line; the conversation's language is unknown, as for a first message."""
    loop = asyncio.new_event_loop()
    wrong: List[Tuple[str, str, str]] = []
    right = outside = caught = alarms = found = given = astray = 0
    for line in lines:
        parsed = loop.run_until_complete(agent.parse_message(line.text))
        answer = parsed["intent"]["name"]
        right += answer == line.intent
        if answer != line.intent:
            wrong.append((line.text, line.intent, answer))
        if line.intent == OUT_OF_SCOPE:
            outside, caught = outside + 1, caught + (answer == OUT_OF_SCOPE)
        else:
            alarms += answer == OUT_OF_SCOPE
        astray += parsed.get("language") != language
        given += len(line.entities)
        found += sum(_found(entity, parsed["entities"]) for entity in line.entities)
    loop.close()
    inside = len(lines) - outside
    return Score(
        len(lines),
        100 * right / len(lines),
        100 * caught / max(1, outside),
        100 * alarms / max(1, inside),
        100 * found / max(1, given),
        astray,
        wrong,
    )


def report(languages: Optional[Sequence[str]], model: Optional[Path], verbose: bool = False) -> None:
    """Print the table; with `verbose` every line that went wrong."""
    from nlu.bench.latency import load_agent  # noqa: PLC0415

    agent = load_agent(model)
    print(
        "| language | lines | intent right % | out-of-scope recall % | false alarms % | values right % | taken for another language |"
    )
    print("|---|---|---|---|---|---|---|")
    confused: Dict[str, Counter] = {}
    for language in languages or LANGUAGES:
        score = measure(agent, list(read(language)), language)
        print(
            f"| {language} | {score.lines} | {score.accuracy:.1f} | {score.outside_recall:.1f} "
            f"| {score.false_alarms:.1f} | {score.entities:.1f} | {score.other_language} |",
            flush=True,
        )
        confused[language] = Counter((right, answer) for _, right, answer in score.wrong)
        if verbose:
            for text, right, answer in score.wrong:
                print(f"    {right} → {answer}: {text}")
    for language, pairs in confused.items():
        print(f"\n{language}: " + "; ".join(f"{a} → {b} {n}" for (a, b), n in pairs.most_common(10)))
