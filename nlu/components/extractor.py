"""The entity extractor component: rules say what values there are, the tagger says which of them are meant.

A rule's find is kept when the tagger agrees, or when finds of its kind were right often enough on our
examples. A stretch only the tagger sees gets its value from our examples (the same words), or from the
rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple
from zlib import crc32

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components import tagger
from nlu.components.language import previous_language
from nlu.components.normalise import fold
from nlu.components.sequence import Labelled, as_hints, features, labels
from nlu.components.storage import load_json, save_json
from nlu.components.tokens import Span, cut
from nlu.components.values import rules
from nlu.components.values.found import Found, overlap, settle

# Rules for these need no second opinion.
ALWAYS = frozenset({"email", "phone"})
# Any day: values of training examples are learnt as words, never as dates relative to today.
_LEARNT = frozenset({"payment_channel", "language", "notice_category", "office", "reason"})
_ANY_DAY = date(2026, 11, 20)

Trust = Dict[str, Tuple[int, int]]


def trust_key(found: Found, folded: str) -> str:
    """Return the word itself for the lexicon's finds, the entity for computed ones."""
    return (
        f"{found.entity}:{folded[found.start : found.end]}"
        if found.entity in _LEARNT | {"place"}
        else found.entity
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CounterExtractor(GraphComponent, EntityExtractorMixin):
    """Adds entities with normalised values: numbers are int, all else text."""

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Use `create` or `load`."""
        self._config, self._storage, self._resource = config, storage, resource
        self._tagger: Optional[tagger.Tagger] = None
        self._known: Dict[str, str] = {}
        self._trust: Trust = {}

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings.

        least_trust, least_seen: the share of right finds a rule needs, and from how many finds it is
        measured. one_empty_line_in: of the lines without any value, the tagger learns from one in so many
        (they teach it little and cost most of its time). iterations: of the tagger's training.
        """
        return {"least_trust": 0.5, "least_seen": 3, "one_empty_line_in": 5, "iterations": 40}

    @staticmethod
    def required_packages() -> List[str]:
        """Return what must be importable; Rasa looks for distributions of these names."""
        return ["sklearn_crfsuite"]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CounterExtractor:
        """Make an untrained extractor."""
        del execution_context
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CounterExtractor:
        """Load a trained extractor."""
        del execution_context, kwargs
        made = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            learnt = load_json(folder / "learnt.json")
            made._known, made._trust = learnt["known"], {key: tuple(v) for key, v in learnt["trust"].items()}
            made._tagger = tagger.Tagger((folder / "tagger.crf").read_bytes()) if learnt["tagger"] else None
        return made

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: nothing later learns from our finds."""
        return training_data

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the tagger, the names of values, and how far each rule can be trusted."""
        rows, written = [], []
        trust: Dict[str, List[int]] = defaultdict(lambda: [0, 0])
        known: Dict[str, Counter] = defaultdict(Counter)
        for example in training_data.nlu_examples:
            text, given = example.get(TEXT), example.get(ENTITIES, [])
            folded, seen, tokens = self._look(text, example.get("language") or "zh-TW", _ANY_DAY)
            spans = [Labelled(entity["start"], entity["end"], entity["entity"]) for entity in given]
            if spans or seen or crc32(text.encode()) % self._config["one_empty_line_in"] == 0:
                rows.append(features(tokens, _hints(tokens, seen)))
                written.append(labels(tokens, spans))
            for item in settle(seen):
                right = any(
                    s.label == item.entity and s.start < item.end and item.start < s.end for s in spans
                )
                count = trust[trust_key(item, folded)]
                count[0] += right
                count[1] += 1
            for entity in given:
                if entity["entity"] in _LEARNT:
                    known[f"{entity['entity']}:{folded[entity['start'] : entity['end']].strip()}"][
                        str(entity["value"])
                    ] += 1
        has_tagger = any(label != "O" for line in written for label in line)
        with self._storage.write_to(self._resource) as folder:
            if has_tagger:
                tagger.train(rows, written, folder / "tagger.crf", max_iterations=self._config["iterations"])
            names = {key: max(sorted(values), key=values.__getitem__) for key, values in known.items()}
            save_json(folder / "learnt.json", {"known": names, "trust": dict(trust), "tagger": has_tagger})
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Add entities to every message; taps carry their own."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/"):
                continue
            language = message.get("language") or previous_language(message)
            found = self.extract(text, language, rules.today_of(message.get("metadata")))
            entities = self.add_extractor_name([_as_entity(item) for item in found])
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def extract(self, text: str, language: str, today: date) -> List[Found]:
        """Return the entities of a line with their values."""
        folded, seen, tokens = self._look(text, language, today)
        tagged = self._tagger.spans(tokens, features(tokens, _hints(tokens, seen))) if self._tagger else []
        agreed: List[Found] = []
        for span in tagged:
            match = _best(item for item in seen if item.entity == span.label and _touch(item, span))
            agreed += [match] if match else self._only_tagged(span, text, folded, language, today)
        rest = [item for item in settle(seen) if not any(overlap(item, other) for other in agreed)]
        return sorted(set(settle(agreed)) | {item for item in rest if self._is_trusted(item, folded)})

    @staticmethod
    def _look(text: str, language: str, today: date) -> Tuple[str, List[Found], List[Span]]:
        folded = fold(text)
        return folded, rules.find(text, today, language), cut(folded)

    def _only_tagged(self, span: Labelled, text: str, folded: str, language: str, today: date) -> List[Found]:
        value = self._known.get(f"{span.label}:{folded[span.start : span.end].strip()}")
        found = value or rules.value_of(span.label, text[span.start : span.end], today, language)
        return [] if found is None else [Found(span.start, span.end, span.label, found)]

    def _is_trusted(self, item: Found, folded: str) -> bool:
        if item.entity in ALWAYS or self._tagger is None:
            return True
        right, seen = self._trust.get(trust_key(item, folded), (0, 0))
        if seen < self._config["least_seen"]:
            return True
        return right / seen >= self._config["least_trust"]


def _hints(tokens: Sequence[Span], seen: Iterable[Found]) -> List[str]:
    return as_hints(tokens, [Labelled(item.start, item.end, item.entity) for item in seen])


def _touch(item: Found, span: Labelled) -> bool:
    return item.start < span.end and span.start < item.end


def _best(items: Iterable[Found]) -> Optional[Found]:
    return max(items, key=lambda item: item.end - item.start, default=None)


def _as_entity(item: Found) -> Dict[str, Any]:
    return {"entity": item.entity, "start": item.start, "end": item.end, "value": item.value}
