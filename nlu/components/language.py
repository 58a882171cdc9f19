"""Which of our five languages a line is written in: by script first, by letters where the script says nothing.

A line without letters, or one short word that several languages share, says nothing: then the language of the
conversation stays.
"""

from __future__ import annotations

from typing import List, Optional

import regex
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

LANGUAGES = ("zh-TW", "en", "id", "vi", "th")
_THAI = regex.compile(r"\p{Thai}")
_CHINESE = regex.compile(r"[\p{Han}\p{Bopomofo}]")


def by_script(text: str) -> Optional[str]:
    """Return the language whose script stands in the line, or None when only Latin letters or none do."""
    if _THAI.search(text):
        return "th"
    return "zh-TW" if _CHINESE.search(text) else None


def previous_language(message: Message) -> str:
    """Return the conversation's language as the channel gave it, Chinese when it gave none."""
    metadata = message.get("metadata")
    given = metadata.get("language") if isinstance(metadata, dict) else None
    return given if given in LANGUAGES else "zh-TW"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LanguageIdentifier(GraphComponent):
    """Sets `language` on every message."""

    @classmethod
    def create(
        cls, config: dict, model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "LanguageIdentifier":
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            language = by_script(message.get(TEXT) or "") or previous_language(message)
            message.set("language", language, add_to_output=True)
        return messages
