"""The intent classifier component: a kernel machine with calibrated confidence."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.calibration import OUT_OF_SCOPE, Calibration, is_stranger, signs
from nlu.components.first_look import lead_of
from nlu.components.language import DEFAULT, previous_language
from nlu.components.machine import Machine
from nlu.components.machine_files import read
from nlu.components.scale import probabilities
from nlu.components.storage import load_json, save_json
from nlu.components.teach import Lesson, teach_all
from nlu.components.turn import current_turn

_RANKING = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CounterClassifier(GraphComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking`; an uncertain line becomes `nlu_fallback`, the ranking stays."""

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Use `create` or `load`."""
        self._config, self._storage, self._resource = config, storage, resource
        self._machines: Dict[str, Tuple[Machine, Calibration]] = {}

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings.

        gamma, ridge: the kernel machine's. least_right: lines of a confidence at which a smaller share than
        this is right are not answered. false_alarms: the share of lines inside our business that may be
        called out_of_scope by the extra check. first_look_costs: the share of lines that may be lost by
        answering without the encoder's vectors.
        """
        return {
            "gamma": 2.0,
            "ridge": 0.1,
            "least_right": 0.4,
            "false_alarms": 0.02,
            "first_look_costs": 0.001,
        }

    @staticmethod
    def required_packages() -> List[str]:
        """Return what must be importable; the sentence encoder is optional."""
        return ["sklearn", "scipy", "pypinyin"]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CounterClassifier:
        """Make an untrained classifier."""
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
    ) -> CounterClassifier:
        """Load a trained classifier."""
        del execution_context, kwargs
        made = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            made._machines = {
                language: read(folder, language) for language in load_json(folder / "languages.json")
            }
        for language in made._machines:
            made.predict("暖機 warm up", language)
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Train one machine for each language on its examples, in a fixed order."""
        lines = sorted(
            {
                (m.get("language") or DEFAULT, m.get(TEXT), m.get(INTENT))
                for m in training_data.intent_examples
                if m.get(TEXT)
            }
        )
        with self._storage.write_to(self._resource) as folder:
            languages = sorted({language for language, _, _ in lines})
            lessons = []
            for language in languages:
                texts, intents = zip(
                    *((text, intent) for own, text, intent in lines if own == language), strict=True
                )
                lessons.append(Lesson(language, texts, intents, **self._learning()))
            teach_all(lessons, folder)
            save_json(folder / "languages.json", languages)
        return self._resource

    def _learning(self) -> Dict[str, float]:
        return {name: self._config[name] for name in self.get_default_config()}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: nothing later learns from our predictions."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Predict every line; a tap (text that begins with "/") carries its own intent."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/") or not text.strip() or not self._machines:
                continue
            language = message.get("language") or previous_language(message)
            intent, ranking = self.predict(text, language)
            message.set("intent", intent, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            notes = current_turn.get()
            if notes is not None:
                notes.intent, notes.confidence, notes.language = (
                    intent["name"],
                    intent["confidence"],
                    language,
                )
        return messages

    def predict(self, text: str, language: str) -> Tuple[Dict[str, Any], List[Dict[str, Any]]]:
        """Return the intent and the ranking of a line."""
        machine, found = self._machines.get(language) or next(iter(self._machines.values()))
        known = None
        if found.first is not None:
            scores, known = machine.first_scores(text)
            if lead_of(scores) >= found.first.lead:
                ranking = _ranked(probabilities(scores, found.first.temperature), machine.classes)
                return ranking[0], ranking
        scores, likeness = machine.scores(text, known)
        probability = probabilities(scores, found.temperature)
        ranking = _ranked(probability, machine.classes)
        best = ranking[0]
        if best["name"] != OUT_OF_SCOPE and found.stranger:
            seen = signs(probability, likeness, machine.owner, machine.classes)
            if is_stranger(seen, found.stranger):
                chosen = {"name": OUT_OF_SCOPE, "confidence": max(found.doubt, float(seen.outside))}
                return chosen, [chosen, *(entry for entry in ranking if entry["name"] != OUT_OF_SCOPE)]
        if best["confidence"] < found.doubt:
            doubt = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": best["confidence"]}
            return doubt, [doubt, *ranking]
        return best, ranking


def _ranked(probability: np.ndarray, classes: List[str]) -> List[Dict[str, Any]]:
    order = np.argsort(-probability, kind="stable")[:_RANKING]
    return [{"name": classes[i], "confidence": float(probability[i])} for i in order]
