"""Which of our five languages a line is written in: by script first, by letters where that says nothing.

A line without letters, or a short one that several languages share (ok, halo, LINE Pay), says nothing: then
the language of the conversation stays.
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

from nlu.components.corpus import language_of_corpus
from nlu.components.letters import LATIN, VIETNAMESE, LetterModel
from nlu.components.storage import load_arrays, load_json, save_arrays, save_json
from nlu.components.turn import current_turn

LANGUAGES = ("zh-TW", "en", "id", "vi", "th")
DEFAULT = "zh-TW"
# Placeholders, and addresses: they are letters, but no language.
_PLACEHOLDER = regex.compile(r"\[[A-Z]+\]|\S+@\S+|https?://\S+")
_THAI = regex.compile(r"\p{Thai}")
_CHINESE = regex.compile(r"[\p{Han}\p{Bopomofo}]")
_LATIN_WORD = regex.compile(r"\p{Latin}[\p{Latin}\p{M}']*")
# Names and loanwords that people of every language write in Latin letters.
_SHARED_WORDS = """
line pay linepay ok okay oke hi halo hallo bye yes no app atm ibon famiport email mail gmail visa card qr
qrcode code barcode nhi nhia jko jkopay pxpay apple google icash easywallet taiwan taipei id pin sms pdf url
web twqr arc
"""
_SHARED = frozenset(_SHARED_WORDS.split())
# A sentence in Latin letters may quote a Chinese or Thai term: then it has this many words, and more of them.
_SENTENCE_WORDS = 3
# For being sure: the least length of a sentence, and how much likelier (natural log) than the next language.
_SURE_HAN, _SURE_THAI, _SURE_WORDS, _SURE_MARGIN = 4, 8, 3, 6.0


def by_script(text: str) -> Optional[str]:
    """Return the language whose script the line is written in, or None when that is Latin or none."""
    thai, chinese = len(_THAI.findall(text)), len(_CHINESE.findall(text))
    if not thai and not chinese:
        return None
    words = len(_LATIN_WORD.findall(_without_shared(text)))
    # A Thai word is some four letters. Nobody writes two words with Vietnamese marks inside another language.
    is_latin = words >= _SENTENCE_WORDS and words > thai / 4 + chinese
    if is_latin or (words >= 2 and VIETNAMESE.search(text.lower())):
        return None
    return "th" if thai else "zh-TW"


def _without_shared(line: str) -> str:
    return _LATIN_WORD.sub(lambda found: " " if found.group().lower() in _SHARED else found.group(), line)


def given_language(message: Message) -> Optional[str]:
    """Return the conversation's language as the channel gave it, or None."""
    metadata = message.get("metadata")
    given = metadata.get("language") if isinstance(metadata, dict) else None
    return given if given in LANGUAGES else None


def previous_language(message: Message) -> str:
    """Return the conversation's language, Chinese when none was given."""
    return given_language(message) or DEFAULT


def _one_language(training_data: TrainingData) -> str:
    texts = [example.get(TEXT) for example in training_data.intent_examples if example.get(TEXT)]
    return language_of_corpus(texts, [by_script(text) for text in texts])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Sets `language` on every message."""

    def __init__(self, config: Dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Use `create` or `load`."""
        self._config, self._storage, self._resource = config, storage, resource
        self._letters: Optional[LetterModel] = None
        # Set when the training lines name no language: then all are in this one, and so is every later line.
        self._only: Optional[str] = None

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return how much likelier (natural log) another language must be to leave the present one."""
        return {"margin": 2.0}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
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
            made._letters = LetterModel(
                load_json(folder / "grams.json"), load_arrays(folder / "table.npz")["table"]
            )
            made._only = load_json(folder / "corpus.json")["only"]
        return made

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the letters of en, id and vi from our own examples, whose language is their folder's."""
        lines = [(m.get(TEXT), m.get("language")) for m in training_data.intent_examples if m.get("language")]
        self._letters = LetterModel.fit(lines)
        self._only = None if lines else _one_language(training_data)
        with self._storage.write_to(self._resource) as folder:
            save_json(folder / "grams.json", self._letters.grams)
            save_arrays(folder / "table.npz", {"table": self._letters.table})
            save_json(folder / "corpus.json", {"only": self._only})
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give a language to examples that came without one: the same to all when none came with one."""
        for example in training_data.training_examples:
            if example.get(TEXT) and not example.get("language"):
                example.set("language", self._only or self.identify(example.get(TEXT), None))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the language, and put it into the parse result."""
        for message in messages:
            text = message.get(TEXT) or ""
            language = self._only or self.identify(text, given_language(message))
            message.set("language", language, add_to_output=True)
            notes = current_turn.get()
            if notes is not None:
                notes.sure = self.is_sure(text, language)
        return messages

    def identify(self, text: str, previous: Optional[str]) -> str:
        """Return the language of a line; `previous` is the conversation's, None when unknown."""
        line = _PLACEHOLDER.sub(" ", text)
        script = by_script(line)
        if script is not None:
            return script
        scores = self._scores(line if previous is None else _without_shared(line))
        best = int(np.argmax(scores))
        if previous is None:
            return LATIN[best] if scores.any() else DEFAULT
        present = scores[LATIN.index(previous)] if previous in LATIN else np.sort(scores)[-2]
        return LATIN[best] if scores[best] - present > self._config["margin"] else previous

    def is_sure(self, text: str, language: str) -> bool:
        """Say whether a line is a whole sentence in `language`, beyond doubt."""
        line = _PLACEHOLDER.sub(" ", text)
        words = len(_LATIN_WORD.findall(line))
        if language == "th":
            return len(_THAI.findall(line)) >= max(_SURE_THAI, 4 * words)
        if language not in LATIN:
            return len(_CHINESE.findall(line)) >= max(_SURE_HAN, 2 * words)
        if len(_LATIN_WORD.findall(_without_shared(line))) < _SURE_WORDS:
            return False
        scores = self._scores(line)
        own = LATIN.index(language)
        return bool(scores[own] - np.delete(scores, own).max() > _SURE_MARGIN)

    def _scores(self, line: str) -> np.ndarray:
        return self._letters.scores(line) if self._letters else np.zeros(len(LATIN))
