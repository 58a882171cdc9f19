"""Which of our five languages a line is written in: by script first, by letters where the script says nothing.

A line without letters, or a short one that several languages share (ok, halo), says nothing: then the language
of the conversation stays.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np
import regex
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.letters import LATIN, LetterModel
from nlu.components.storage import load_arrays, load_json, save_arrays, save_json

LANGUAGES = ("zh-TW", "en", "id", "vi", "th")
DEFAULT = "zh-TW"
_PLACEHOLDER = regex.compile(r"\[[A-Z]+\]")
_THAI = regex.compile(r"\p{Thai}")
_CHINESE = regex.compile(r"[\p{Han}\p{Bopomofo}]")


def by_script(text: str) -> Optional[str]:
    """Return the language whose script stands in the line, or None when only Latin letters or none do."""
    if _THAI.search(text):
        return "th"
    return "zh-TW" if _CHINESE.search(text) else None


def given_language(message: Message) -> Optional[str]:
    """Return the conversation's language as the channel gave it, or None."""
    metadata = message.get("metadata")
    given = metadata.get("language") if isinstance(metadata, dict) else None
    return given if given in LANGUAGES else None


def previous_language(message: Message) -> str:
    """Return the conversation's language, Chinese when none was given."""
    return given_language(message) or DEFAULT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Sets `language` on every message."""

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Use `create` or `load`."""
        self._config, self._storage, self._resource = config, storage, resource
        self._letters: Optional[LetterModel] = None

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: how much likelier (natural log) another language must be to leave the present one."""
        return {"margin": 2.0}

    @classmethod
    def create(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LanguageIdentifier:
        """Make an untrained identifier."""
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
    ) -> LanguageIdentifier:
        """Load a trained identifier."""
        del execution_context, kwargs
        made = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            made._letters = LetterModel(load_json(folder / "grams.json"), load_arrays(folder / "table.npz")["table"])
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the letters of en, id and vi from our own examples, whose language is their folder's."""
        lines = [(m.get(TEXT), m.get("language")) for m in training_data.intent_examples if m.get("language")]
        self._letters = LetterModel.fit(lines)
        with self._storage.write_to(self._resource) as folder:
            save_json(folder / "grams.json", self._letters.grams)
            save_arrays(folder / "table.npz", {"table": self._letters.table})
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give a language to examples that came without one."""
        for example in training_data.training_examples:
            if example.get(TEXT) and not example.get("language"):
                example.set("language", self.identify(example.get(TEXT), None))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the language, and put it into the parse result."""
        for message in messages:
            message.set("language", self.identify(message.get(TEXT) or "", given_language(message)), add_to_output=True)
        return messages

    def identify(self, text: str, previous: Optional[str]) -> str:
        """Return the language of a line; `previous` is the conversation's, None when unknown."""
        line = _PLACEHOLDER.sub(" ", text)
        script = by_script(line)
        if script is not None:
            return script
        scores = self._letters.scores(line) if self._letters else np.zeros(len(LATIN))
        best = int(np.argmax(scores))
        if previous is None:
            return LATIN[best] if scores.any() else DEFAULT
        present = scores[LATIN.index(previous)] if previous in LATIN else np.sort(scores)[-2]
        return LATIN[best] if scores[best] - present > self._config["margin"] else previous
