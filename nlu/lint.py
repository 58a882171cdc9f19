"""`python -m nlu.lint`: is the training data fit to be learnt from? Prints what is wrong and exits 1.

Looked for: the same line under two intents, near-copies inside one, intents out of balance, entities that are
unknown or whose offsets cut a word, files in the wrong place, and too few lines for a language.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Set, Tuple

import regex
import yaml

from nlu import lean

ROOT = Path(__file__).resolve().parent
LANGUAGES = ("zh-TW", "en", "id", "vi", "th")
# Come from taps only, so they have no examples.
TAP_ONLY = frozenset(
    {
        "confirm_binding",
        "cancel_binding",
        "confirm_unbind",
        "confirm_cancel_eslip",
        "instalment_guide",
        "set_reminder",
        "nlu_fallback",
    }
)
COMMONEST = frozenset(
    [
        "query_arrears",
        "estimate_late_fee",
        "apply_instalment",
        "pay_premium",
        "bind_account",
        "ask_arrears_consequence",
        "ask_payment_channels",
        "query_payment_history",
        "greet",
        "talk_to_person",
        "ask_due_date",
        "find_office",
    ]
)
NEAR = 0.9
MOST_TO_LEAST = 15.0
_ENTITY = regex.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<plain>[a-z_]+)\)|\{(?P<json>[^}]*)\})")
_PLACEHOLDERS = frozenset({"EMAIL", "PHONE", "CODE", "ID", "CARD"})


class Example(NamedTuple):
    """One line of training data."""

    language: str
    intent: str
    text: str
    file: Path
    entities: Tuple[Tuple[int, int, str], ...]


class Least(NamedTuple):
    """The fewest lines of an intent."""

    chinese: int = 40
    chinese_common: int = 120
    other: int = 20

    def for_intent(self, intent: str, language: str) -> int:
        """Return the fewest lines an intent needs in a language."""
        if language != "zh-TW":
            return self.other
        return self.chinese_common if intent in COMMONEST | {"out_of_scope"} else self.chinese


def read(data: Path) -> Iterator[Example]:
    """Yield all examples under `data`/<language>/<intent>.yml, by Rasa's own reader."""
    lean.install()
    from rasa.shared.nlu.training_data.loading import load_data  # noqa: PLC0415 - Rasa only after lean.install

    for language in LANGUAGES:
        for file in sorted((data / language).glob("*.yml")):
            for message in load_data(str(file)).intent_examples:
                spans = tuple((e["start"], e["end"], e["entity"]) for e in message.get("entities", []))
                yield Example(language, message.get("intent"), message.get("text"), file, spans)


def declared(domain: Path) -> Tuple[Set[str], Set[str]]:
    """Return the intents and the entities of the domain."""
    intents: Set[str] = set()
    entities: Set[str] = set()
    for file in sorted(domain.glob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        intents |= {next(iter(i)) if isinstance(i, dict) else i for i in content.get("intents", [])}
        entities |= set(content.get("entities", []))
    return intents, entities


def normal(text: str) -> str:
    """Return the line without what does not change its meaning: case, width, space, punctuation."""
    from nlu.components.normalise import fold  # noqa: PLC0415

    return regex.sub(r"[\s\p{P}\p{S}]+", " ", fold(text)).strip()


def problems(examples: List[Example], intents: Set[str], entities: Set[str], least: Least) -> Iterator[str]:
    """Yield one line for each thing that is wrong."""
    yield from _misplaced(examples, intents)
    yield from _entities(examples, entities)
    yield from _duplicates(examples)
    yield from _near_copies(examples)
    yield from _counts(examples, intents, least)


def _misplaced(examples: Iterable[Example], intents: Set[str]) -> Iterator[str]:
    for file, intent in sorted({(e.file, e.intent) for e in examples}):
        if intent not in intents:
            yield f"{file.parent.name}/{file.name}: intent {intent} is not in the domain"
        elif intent in TAP_ONLY:
            yield f"{file.parent.name}/{file.name}: intent {intent} comes from taps only"
        elif file.stem != intent:
            yield f"{file.parent.name}/{file.name}: holds lines of {intent}"


def _entities(examples: Iterable[Example], entities: Set[str]) -> Iterator[str]:
    for example in examples:
        where = f"{example.language}/{example.intent}: {example.text!r}"
        for start, end, entity in example.entities:
            piece = example.text[start:end]
            if entity not in entities:
                yield f"{where}: unknown entity {entity}"
            if piece != piece.strip() or not piece:
                yield f"{where}: {entity} {piece!r} begins or ends with space"
            if _cuts_word(example.text, start) or _cuts_word(example.text, end):
                yield f"{where}: {entity} {piece!r} cuts a word"
        if _ENTITY.search(example.text) or regex.search(r"\]\s*[({]|[)}]\s*\[", example.text):
            yield f"{where}: looks like an annotation that was not read"


def _cuts_word(text: str, at: int) -> bool:
    """Say whether a boundary stands inside a Latin word; digits and CJK may be cut (12期)."""
    return 0 < at < len(text) and bool(
        regex.match(r"\p{Latin}", text[at - 1]) and regex.match(r"\p{Latin}", text[at])
    )


def _duplicates(examples: Iterable[Example]) -> Iterator[str]:
    seen: Dict[Tuple[str, str], Counter] = defaultdict(Counter)
    for example in examples:
        seen[example.language, normal(example.text)][example.intent] += 1
    for (language, text), under in sorted(seen.items()):
        if len(under) > 1:
            yield f"{language}: {text!r} stands under {', '.join(sorted(under))}"
        for intent, count in under.items():
            if count > 1:
                yield f"{language}/{intent}: {text!r} stands {count} times"


def _near_copies(examples: Iterable[Example]) -> Iterator[str]:
    """Yield pairs of one intent whose 3-grams are nearly the same (Jaccard index)."""
    groups: Dict[Tuple[str, str], List[str]] = defaultdict(list)
    for example in examples:
        groups[example.language, example.intent].append(example.text)
    for (language, intent), texts in sorted(groups.items()):
        grams = [(text, _trigrams(normal(text))) for text in texts]
        for index, (text, own) in enumerate(grams):
            for other, others in grams[index + 1 :]:
                if (
                    len(own) < 8
                    or len(others) < 8
                    or min(len(own), len(others)) < NEAR * max(len(own), len(others))
                ):
                    continue
                if own != others and len(own & others) / len(own | others) >= NEAR:
                    yield f"{language}/{intent}: near-copies {text!r} and {other!r}"


def _trigrams(text: str) -> Set[str]:
    return {text[i : i + 3] for i in range(max(1, len(text) - 2))}


def _counts(examples: Iterable[Example], intents: Set[str], least: Least) -> Iterator[str]:
    counts: Counter = Counter((e.language, e.intent) for e in examples)
    for language in LANGUAGES:
        own = {intent: counts[language, intent] for intent in intents - TAP_ONLY}
        for intent, count in sorted(own.items()):
            wanted = least.for_intent(intent, language)
            if count < wanted:
                yield f"{language}/{intent}: {count} lines, {wanted} are wanted"
        full = [count for count in own.values() if count]
        if full and max(full) > MOST_TO_LEAST * min(full):
            most, fewest = max(own, key=own.__getitem__), min((i for i in own if own[i]), key=own.__getitem__)
            yield f"{language}: out of balance: {most} has {own[most]} lines, {fewest} has {own[fewest]}"


def main(arguments: Optional[List[str]] = None) -> int:
    """Run from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nlu.lint", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "nlu")
    parser.add_argument("--least-zh", type=int, default=Least().chinese)
    parser.add_argument("--least-zh-common", type=int, default=Least().chinese_common)
    parser.add_argument("--least-other", type=int, default=Least().other)
    options = parser.parse_args(arguments)
    least = Least(options.least_zh, options.least_zh_common, options.least_other)
    examples = list(read(options.data))
    intents, entities = declared(ROOT / "domain")
    found = list(problems(examples, intents, entities, least))
    for line in found:
        print(line)
    print(f"{len(examples)} lines, {len(found)} problems", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
