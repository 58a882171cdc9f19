"""The intent classifier component (first form: linear over three sparse views)."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import hstack

from nlu.components.normalise import fold
from nlu.components.tfidf import Tfidf
from nlu.components.turn import current_turn
from nlu.components.views import VIEWS, pieces

WEIGHTS = {"chars": 1.0, "words": 0.5, "sounds": 0.7}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CounterClassifier(GraphComponent, IntentClassifier):
    """Predicts the intent with a probability."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage, self._resource = storage, resource
        self._views: Dict[str, Tfidf] = {}
        self._classes: List[str] = []
        self._weights = np.zeros((0, 0), np.float32)
        self._bias = np.zeros(0, np.float32)

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "CounterClassifier":
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        from sklearn.svm import LinearSVC

        lines = [fold(m.get(TEXT)) for m in training_data.intent_examples]
        intents = [m.get(INTENT) for m in training_data.intent_examples]
        parts = []
        for name in VIEWS:
            cut = pieces(name, lines)
            self._views[name] = view = Tfidf.fit(cut)
            parts.append(view.matrix(cut) * WEIGHTS[name])
        model = LinearSVC(C=0.5, random_state=0).fit(hstack(parts).tocsr(), intents)
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(
                folder / "model.npz",
                weights=model.coef_.T.astype(np.float16),
                bias=model.intercept_.astype(np.float32),
                **{f"idf_{n}": v.idf for n, v in self._views.items()},
            )
            (folder / "model.json").write_text(
                json.dumps({"classes": list(model.classes_), **{n: v.vocabulary for n, v in self._views.items()}})
            )
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "CounterClassifier":
        made = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            arrays = np.load(folder / "model.npz", allow_pickle=False)
            names = json.loads((folder / "model.json").read_text())
            made._views = {n: Tfidf(names[n], arrays[f"idf_{n}"]) for n in VIEWS}
            made._classes = names["classes"]
            made._weights = arrays["weights"].astype(np.float32)
            made._bias = arrays["bias"]
        return made

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def _probabilities(self, text: str) -> np.ndarray:
        scores, offset, folded = self._bias.copy(), 0, fold(text)
        for name, view in self._views.items():
            columns, values = view.row(VIEWS[name](folded))
            scores += (values * WEIGHTS[name]) @ self._weights[columns + offset]
            offset += len(view.vocabulary)
        raised = np.exp(3.0 * (scores - scores.max()))
        return raised / raised.sum()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/"):
                continue
            found = self._probabilities(text)
            best = np.argsort(-found)[:10]
            ranking = [{"name": self._classes[i], "confidence": float(found[i])} for i in best]
            intent = dict(ranking[0])
            if intent["confidence"] < 0.3:
                intent = {"name": "nlu_fallback", "confidence": 0.3}
                ranking.insert(0, intent)
            message.set("intent", intent, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            notes = current_turn.get()
            if notes is not None:
                notes.intent, notes.confidence, notes.language = intent["name"], intent["confidence"], message.get("language")
        return messages
