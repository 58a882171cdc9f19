"""Lines that were written apart from the training lines: nobody who wrote them had read those.

`nlu/tests/held_out/<language>.tsv`: intent, tab, the line with its entities annotated as in training data.
Measured on the trained model whole, with language identification, out-of-scope check and doubt.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from nlu.components.calibration import OUT_OF_SCOPE
from nlu.components.values.rules import TAIPEI
from nlu.lint import LANGUAGES

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "held_out"
# Their value depends on the day the line is read: the span counts.
_BY_SPAN = frozenset({"date", "roc_month"})
_MONTH = re.compile(r"\d{4}-\d{2}")
Annotated = Tuple[str, str, int, int]


class Gold(NamedTuple):
    """One line, its intent, and its entities as (entity, value or words, start, end)."""

    text: str
    intent: str
    entities: Tuple[Annotated, ...]


class Score(NamedTuple):
    """Shares in per cent; `wrong` holds (line, right intent, answer).

    `entities`: of the annotated values those found exactly. `extra`: of the finds those in no annotation.
    """

    lines: int
    accuracy: float
    outside_recall: float
    false_alarms: float
    entities: float
    extra: float
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


def _same(gold: Annotated, one: Dict[str, Any]) -> bool:
    """Say whether a find is of the annotated kind and place; a month may be taken for a day and the other way."""
    entity, _, start, end = gold
    kinds = _BY_SPAN if entity in _BY_SPAN else {entity}
    return one["entity"] in kinds and one["start"] < end and start < one["end"]


def _found(gold: Annotated, parsed: Sequence[Dict[str, Any]]) -> bool:
    """Say whether the entity was found where it stands, with exactly its value.

    Days, and months without a year, are relative to the day the line is read: there the place alone counts. So it
    does for a place, whose value is its words. A telephone number is its digits.
    """
    entity, value, _, _ = gold
    if entity == "place" or (entity in _BY_SPAN and not _MONTH.fullmatch(value)):
        return any(_same(gold, one) for one in parsed)
    if entity == "phone":
        value = "".join(filter(str.isdigit, value))
    return any(_same(gold, one) and str(one["value"]) == value for one in parsed)


def _is_extra(one: Dict[str, Any], line: Gold) -> bool:
    """Say whether a find stands in no annotation. Placeholders such as [EMAIL] are found but never annotated."""
    return not str(one["value"]).startswith("[") and not any(_same(gold, one) for gold in line.entities)


def measure(agent: Any, lines: Sequence[Gold], language: str) -> Score:
    """Parse every line; the conversation's language is unknown, as for a first message."""
    loop = asyncio.new_event_loop()
    wrong: List[Tuple[str, str, str]] = []
    right = outside = caught = alarms = found = given = astray = finds = extra = 0
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
        finds += len(parsed["entities"])
        extra += sum(_is_extra(one, line) for one in parsed["entities"])
    loop.close()
    inside = len(lines) - outside
    return Score(
        len(lines),
        100 * right / len(lines),
        100 * caught / max(1, outside),
        100 * alarms / max(1, inside),
        100 * found / max(1, given),
        100 * extra / max(1, finds),
        astray,
        wrong,
    )


def report(languages: Optional[Sequence[str]], model: Optional[Path], verbose: bool = False) -> None:
    """Print the table; with `verbose` every line that went wrong."""
    from nlu.bench.latency import load_agent  # noqa: PLC0415

    agent = load_agent(model)
    print(f"{datetime.now(TAIPEI).date().isoformat()}: lines written apart from the training lines\n")
    print(
        "| language | lines | intent right % | out-of-scope recall % | false alarms % | values right % | extra values % | taken for another language |"
    )
    print("|---|---|---|---|---|---|---|---|")
    confused: Dict[str, Counter] = {}
    for language in languages or LANGUAGES:
        score = measure(agent, list(read(language)), language)
        print(
            f"| {language} | {score.lines} | {score.accuracy:.1f} | {score.outside_recall:.1f} "
            f"| {score.false_alarms:.1f} | {score.entities:.1f} | {score.extra:.1f} | {score.other_language} |",
            flush=True,
        )
        confused[language] = Counter((right, answer) for _, right, answer in score.wrong)
        if verbose:
            for text, right, answer in score.wrong:
                print(f"    {right} → {answer}: {text}")
    for language, pairs in confused.items():
        print(f"\n{language}: " + "; ".join(f"{a} → {b} {n}" for (a, b), n in pairs.most_common(10)))
