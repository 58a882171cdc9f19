"""The entity extractor component: rules say what values there are, the tagger which doubtful ones are meant.

What a rule or the lexicon is sure of is kept: nothing else is said by those words, whatever the examples
annotate. An unsure find (a shop called "OK", a bank that may be no channel) is kept when the tagger agrees,
or when finds of the same word, or of the same kind under the same intent, were mostly right on our examples.
A word of the lexicon under an intent where no such find was ever right (a channel in a lost card) is dropped.
A stretch only the tagger sees gets its value from our examples (the same words), or from the rules.
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
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components import tagger
from nlu.components.choice import best, clashes, parted, touch
from nlu.components.language import previous_language
from nlu.components.normalise import fold
from nlu.components.sequence import Labelled, as_hints, features, labels
from nlu.components.storage import load_json, save_json
from nlu.components.tokens import Span, cut
from nlu.components.trust import OF_WORDS, Trust
from nlu.components.values import rules
from nlu.components.values.found import Found, first_come, settle

# Said by office staff: a town named there is its office.
_OF_OFFICES = frozenset(
    {
        "acknowledge_notice",
        "query_office_score",
        "query_group_activity",
        "query_quality_report",
        "report_promotion",
    }
)
# Any day: values of training examples are learnt as words, never as dates relative to today.
_ANY_DAY = date(2026, 11, 20)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CounterExtractor(GraphComponent, EntityExtractorMixin):
    """Adds entities with normalised values: numbers are int, all else text."""

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Use `create` or `load`."""
        self._config, self._storage, self._resource = config, storage, resource
        self._tagger: Optional[tagger.Tagger] = None
        self._known: Dict[str, str] = {}
        self._trust = Trust({})

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings.

        least_trust, least_seen: the share of right finds a rule needs, and from how many finds it is
        measured. enough_to_drop: from how many finds under an intent, none of them right, it drops the kind.
        one_empty_line_in: of the lines without any value, the tagger learns from one in so many
        (they teach it little and cost most of its time). iterations: of the tagger's training.
        """
        return {
            "least_trust": 0.5,
            "least_seen": 3,
            "enough_to_drop": 20,
            "one_empty_line_in": 5,
            "iterations": 40,
        }

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
            made._known, made._trust = learnt["known"], Trust(learnt["trust"])
            made._tagger = tagger.Tagger((folder / "tagger.crf").read_bytes()) if learnt["tagger"] else None
        return made

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: nothing later learns from our finds."""
        return training_data

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the tagger, the names of values, and how far each rule can be trusted."""
        rows, written = [], []
        trust = Trust({})
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
                trust.learn(item, folded, example.get(INTENT) or "", right)
            for entity in given:
                if entity["entity"] in OF_WORDS:
                    known[f"{entity['entity']}:{folded[entity['start'] : entity['end']].strip()}"][
                        str(entity["value"])
                    ] += 1
        has_tagger = any(label != "O" for line in written for label in line)
        with self._storage.write_to(self._resource) as folder:
            if has_tagger:
                tagger.train(rows, written, folder / "tagger.crf", max_iterations=self._config["iterations"])
            names = {key: max(sorted(values), key=values.__getitem__) for key, values in known.items()}
            learnt = {"known": names, "trust": dict(trust.counts), "tagger": has_tagger}
            save_json(folder / "learnt.json", learnt)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Add entities to every message; taps carry their own."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/"):
                continue
            language = message.get("language") or previous_language(message)
            intent = (message.get(INTENT) or {}).get("name") or ""
            found = self.extract(text, language, rules.today_of(message.get("metadata")), intent)
            entities = self.add_extractor_name([_as_entity(item) for item in found])
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def extract(self, text: str, language: str, today: date, intent: str = "") -> List[Found]:
        """Return the entities of a line with their values; `intent` is what the classifier took it for."""
        folded, seen, tokens = self._look(text, language, today)
        tagged = self._tagger.spans(tokens, features(tokens, _hints(tokens, seen))) if self._tagger else []
        agreed: List[Found] = []
        guessed: List[Found] = []
        for span in tagged:
            match = best(item for item in seen if item.entity == span.label and touch(item, span))
            if match:
                agreed.append(match._replace(sure=True))
            else:
                guessed += self._only_tagged(span, text, folded, language, today)
        trusted = [item for item in seen if self._trust.allows(item, folded, intent, self._config)]
        reasons, others = parted([*agreed, *trusted])
        kept = first_come([*settle(others), *guessed])
        # A reason may hold a day (阿嬤上禮拜過世), and a month said as the time of an act is a day too.
        beside = settle(reasons)
        beside += [day for day in guessed if day.entity == "date" and not clashes(day, kept)]
        found = sorted({*kept, *beside})
        return [_as_office(item, language) for item in found] if intent in _OF_OFFICES else found

    @staticmethod
    def _look(text: str, language: str, today: date) -> Tuple[str, List[Found], List[Span]]:
        folded = fold(text)
        return folded, rules.find(text, today, language), cut(folded)

    def _only_tagged(self, span: Labelled, text: str, folded: str, language: str, today: date) -> List[Found]:
        value = self._known.get(f"{span.label}:{folded[span.start : span.end].strip()}")
        found = value or rules.value_of(span.label, text[span.start : span.end], today, language)
        return [] if found is None else [Found(span.start, span.end, span.label, found)]


def _hints(tokens: Sequence[Span], seen: Iterable[Found]) -> List[str]:
    return as_hints(tokens, [Labelled(item.start, item.end, item.entity) for item in seen])


def _as_office(item: Found, language: str) -> Found:
    value = rules.value_of("office", str(item.value), _ANY_DAY, language) if item.entity == "place" else None
    return item if value is None else item._replace(entity="office", value=value)


def _as_entity(item: Found) -> Dict[str, Any]:
    return {"entity": item.entity, "start": item.start, "end": item.end, "value": item.value}
